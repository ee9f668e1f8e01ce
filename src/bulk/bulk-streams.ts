import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Call } from '../auth/call.js';
import { shownOf } from '../auth/permissions.js';
import { Database } from '../database/database.js';
import type { Snapshot } from '../database/snapshot.js';
import { TektonError } from '../errors/tekton-error.js';
import { Catalogue } from '../instances/catalogue.js';
import {
  COLLECTION_VERSION,
  collectionTag,
  type CollectionVersionRow,
} from '../outbox/collection-version.js';
import { JSON_UTF8 } from '../rest/json-utf8.js';
import { isKnown, variesByCaller } from '../rest/not-modified.js';
import { whenGone } from '../rest/when-gone.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

const RETRY_AFTER_SECONDS = 1;

/**
 * Makes the text of an answer from a snapshot, piece by piece. The first piece is how any such answer
 * begins; from the second on they are from the database.
 */
export type ReadPieces = (snapshot: Snapshot) => AsyncGenerator<string, void, void>;

/**
 * Answers that may be large: from one snapshot, as fast as the caller reads, so that memory does
 * not grow with them. Each holds a database connection, so there are few at a time, and there is a
 * time within which it must be read.
 */
@Injectable()
export class BulkStreams {
  private open = 0;

  constructor(
    private readonly database: Database,
    private readonly catalogue: Catalogue,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Sends an answer with ETag and X-Position; 304 if the caller has it already.
   *
   * @param parameters what the answer depends on, beside the state of the collection
   * @throws {TektonError} UNAVAILABLE if there are too many at a time, or the database cannot be used
   */
  async send(parameters: object, call: Call, reply: FastifyReply, read: ReadPieces): Promise<void> {
    variesByCaller(reply);
    // Those that the answer is read with, though they may be replaced meanwhile.
    const instances = this.catalogue.names();
    const etagOf = (version: CollectionVersionRow) =>
      collectionTag(version, [parameters, shownOf(call.readable), instances]);
    const [before] = await this.database.run<CollectionVersionRow>(COLLECTION_VERSION, []);
    if (before && isKnown(etagOf(before), call, reply)) {
      await reply.send();
      return;
    }
    const pieces = this.pieces(read, (version) => {
      reply.headers({
        etag: etagOf(version),
        'x-position': version.position,
        'content-type': JSON_UTF8,
      });
    });
    const stream = Readable.from(pieces, { objectMode: true, highWaterMark: 1 });
    endInTime(stream, reply, this.settings['http.stream-timeout'] * 1000);
    await begun(stream);
    if (stream.destroyed || reply.request.raw.socket.destroyed) {
      // Nobody is there any more to whom a broken stream would mean something.
      stream.destroy();
      await reply.send();
      return;
    }
    await reply.send(stream);
  }

  private async *pieces(
    read: ReadPieces,
    tellVersion: (version: CollectionVersionRow) => void,
  ): AsyncGenerator<string, void, void> {
    const limit = this.settings['http.stream-limit'];
    if (this.open >= limit) {
      throw new TektonError(
        'UNAVAILABLE',
        `${limit} bulk reads are being answered already; try again (the option http.stream-limit)`,
        { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      );
    }
    this.open++;
    let snapshot: Snapshot | undefined;
    try {
      snapshot = await this.database.openSnapshot();
      const [version] = await snapshot.query<CollectionVersionRow>(COLLECTION_VERSION.text, []);
      if (!version) throw new Error('relay_lease has its one row from the first migration on');
      tellVersion(version);
      let beginning: string | undefined;
      for await (const piece of read(snapshot)) {
        // Once something is sent the answer cannot become an error: not before the database answers.
        if (beginning !== undefined) yield beginning + piece;
        beginning = beginning === undefined ? piece : '';
      }
    } finally {
      this.open--;
      // Whether it was read to its end, failed, or was cut off.
      await snapshot?.close().catch(() => undefined);
    }
  }
}

/** Waits for the first piece, or until there is none to come since the caller is gone. */
async function begun(stream: Readable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(stream, 'readable', { signal }), once(stream, 'close', { signal })]);
  } finally {
    over.abort();
  }
}

/** Ends a stream whose caller is gone, and destroys the connection of one who takes so long in all. */
function endInTime(stream: Readable, { raw, request }: FastifyReply, timeoutMs: number): void {
  const timer = setTimeout(() => {
    raw.destroy();
    stream.destroy();
  }, timeoutMs);
  whenGone(raw, request.raw.socket, () => {
    clearTimeout(timer);
    stream.destroy();
  });
}
