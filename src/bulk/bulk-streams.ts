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
import { SETTINGS, type Settings } from '../settings/settings.js';

const RETRY_AFTER_SECONDS = 1;

/** Makes the text of an answer from a snapshot, piece by piece. */
export type ReadPieces = (snapshot: Snapshot) => AsyncGenerator<string, void, void>;

/**
 * Answers that may be large: from one snapshot, as fast as the caller reads, so that memory does
 * not grow with them. Each holds a database connection, so there are few at a time, and a caller
 * that reads nothing is cut off.
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
   * @throws {TektonError} UNAVAILABLE if there are too many at a time
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
      const [row] = await snapshot.query<CollectionVersionRow>(COLLECTION_VERSION.text, []);
      if (!row) throw new Error('relay_lease has its one row from the first migration on');
      reply.headers({
        etag: etagOf(row),
        'x-position': row.position,
        'content-type': JSON_UTF8,
      });
    } catch (error) {
      this.open--;
      await snapshot?.close().catch(() => undefined);
      throw error;
    }
    const stream = Readable.from(this.pieces(snapshot, read), {
      objectMode: true,
      highWaterMark: 1,
    });
    cutOff(stream, reply, {
      stalledMs: this.settings['http.stall-timeout'] * 1000,
      wholeMs: this.settings['http.stream-timeout'] * 1000,
    });
    await reply.send(stream);
  }

  private async *pieces(snapshot: Snapshot, read: ReadPieces): AsyncGenerator<string, void, void> {
    try {
      yield* read(snapshot);
    } finally {
      this.open--;
      // Whether it was read to its end, failed, or was cut off.
      await snapshot.close().catch(() => undefined);
    }
  }
}

/** Destroys the connection of a reader that takes nothing for so long, or takes so long in all. */
function cutOff(
  stream: Readable,
  { raw }: FastifyReply,
  { stalledMs, wholeMs }: { stalledMs: number; wholeMs: number },
): void {
  const end = () => {
    raw.destroy();
    stream.destroy();
  };
  const whole = setTimeout(end, wholeMs);
  let stalled: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(stalled);
    stalled = setTimeout(end, stalledMs);
  };
  wait();
  stream.on('data', wait);
  raw.on('drain', wait);
  raw.once('close', () => {
    clearTimeout(whole);
    clearTimeout(stalled);
    // A caller that went away does not keep the snapshot open.
    stream.destroy();
  });
}
