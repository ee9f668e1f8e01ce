import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { urlOf, type Address } from './addresses.js';
import type { Answer } from './caller.js';
import { happens, pick, upTo } from './chance.js';
import type { Cluster } from './cluster.js';

/** A change that a caller knows to be made. */
export interface AcknowledgedChange {
  address: string;
  operation: 'upsert' | 'delete';
  correlationId: string;
  /** Those of an upsert. */
  revision?: number;
  document?: unknown;
}

export interface WritersOptions {
  /** How many write at a time; default 6. */
  count?: number;
  /** Up to so long each waits between two changes, in milliseconds; default not at all. */
  pauseMs?: number;
  /** The share of changes that delete; default a tenth. */
  deletions?: number;
  /** They end by themselves after so many acknowledged changes. */
  atMost?: number;
}

/** After a failure, so that nobody is asked in a tight loop. */
const RETRY_MS = 20;

/** Callers that change configurations through all replicas at a time, and go on whatever fails. */
export class Writers {
  readonly acknowledged: AcknowledgedChange[] = [];
  /** How many may or may not have been made: the caller was not told. */
  failed = 0;
  private made = 0;
  private stopping = false;
  private readonly work: Promise<unknown>;

  /** They start at once. */
  constructor(
    private readonly cluster: Cluster,
    private readonly addresses: readonly Address[],
    private readonly options: WritersOptions = {},
  ) {
    const { count = 6 } = options;
    this.work = Promise.all(Array.from({ length: count }, () => this.write()));
    // It is told by `end`.
    this.work.catch(() => undefined);
  }

  /** Resolves once all have ended by themselves. */
  async end(): Promise<void> {
    await this.work;
  }

  /** Has them end what they are about. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.end();
  }

  private async write(): Promise<void> {
    const { pauseMs = 0, atMost = Infinity } = this.options;
    while (!this.stopping && this.acknowledged.length < atMost) {
      await this.change();
      if (pauseMs > 0) await sleep(upTo(pauseMs));
    }
  }

  private async change(): Promise<void> {
    const operation = happens(this.options.deletions ?? 0.1) ? 'delete' : 'upsert';
    const address = pick(this.addresses);
    const correlationId = randomUUID();
    // Never the same twice, since that would be no change.
    const document = { path: '/', n: ++this.made };
    const { rest } = await this.cluster.anyServing();
    let answer: Answer;
    try {
      answer =
        operation === 'upsert'
          ? await rest.put(urlOf(address), document, correlationId)
          : await rest.delete(urlOf(address), correlationId);
    } catch {
      this.failed++;
      await sleep(RETRY_MS);
      return;
    }
    const { status, headers } = answer;
    const change = { address: address.name, operation, correlationId } as const;
    if (status === 200 || status === 201) {
      const revision = Number(headers['x-revision']);
      this.acknowledged.push({ ...change, revision, document });
    } else if (status === 204) {
      this.acknowledged.push(change);
    } else if (status === 503 || status === 504) {
      this.failed++;
      await sleep(RETRY_MS);
    } else if (!(status === 404 && operation === 'delete')) {
      throw new Error(
        `${operation} of ${address.name} was answered with ${status}: ${answer.text}`,
      );
    }
  }
}
