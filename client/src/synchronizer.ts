import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Applier } from './applier.js';
import { BackOff } from './back-off.js';
import type { ConfigurationReader, Reading } from './configuration-reader.js';
import { asError, RefusedError, UnavailableError } from './errors.js';
import type { Limits } from './options.js';
import type { PendingRead, PendingReads } from './pending-reads.js';

/** Names in one request: its URL stays below what servers and proxies take (about 5 KiB). */
const APPLICATIONS_PER_READ = 50;

/** Who is told how the reading goes. */
export interface SynchronizerListener {
  /** All was read and is in force, as of a position. */
  loaded(position: number, cause: 'start' | 'read-again'): void;
  failed(error: Error): void;
}

/**
 * Reads what is pending, round after round, and has it put in force.
 *
 * What is read in one round begins after all of the round before is in force, and within a round nothing is read
 * twice: each reading of a configuration is newer than the one before, so none can go back.
 */
export class Synchronizer {
  private readonly backOff: BackOff;
  private readonly slots;

  constructor(
    private readonly pending: PendingReads,
    private readonly reader: ConfigurationReader,
    private readonly applier: Applier,
    private readonly listener: SynchronizerListener,
    private readonly limits: Limits,
  ) {
    this.backOff = new BackOff(limits.retryFirst, limits.retryLast);
    this.slots = pLimit(limits.readsAtOnce);
  }

  /** Works until the signal comes. */
  async run(signal: AbortSignal): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      await this.pending.untilSome(signal);
      // What comes within this time is read together. Who starts has nothing yet, and does not wait.
      if (!isFirst) await sleep(Math.random() * this.limits.jitter, undefined, { signal });
      await this.round(this.pending.take(), signal);
    }
  }

  private async round(reads: readonly PendingRead[], signal: AbortSignal): Promise<void> {
    const left = new Set(reads);
    const failures: unknown[] = [];
    for (const phase of phasesOf(reads)) {
      const work = phase.map((batch) => this.slots(() => this.tryBatch(batch, left, failures)));
      await Promise.all(work);
      signal.throwIfAborted();
      // Where Tekton is away, or has no room, there is no use in asking for the rest.
      if (failures.some(concernsAll)) break;
    }
    if (failures.length === 0) this.backOff.reset();
    else await this.afterFailures(failures, [...left], signal);
  }

  /**
   * @param left those that were read are taken out of it
   * @param failures what goes wrong is added here
   */
  private async tryBatch(
    batch: readonly PendingRead[],
    left: Set<PendingRead>,
    failures: unknown[],
  ): Promise<void> {
    try {
      await this.readBatch(batch);
      for (const read of batch) left.delete(read);
    } catch (error) {
      if (error instanceof RefusedError && batch.length > 1) {
        // One of them may be refused for its own sake.
        for (const read of batch) await this.tryBatch([read], left, failures);
      } else {
        failures.push(error);
      }
    }
  }

  private async readBatch(batch: readonly PendingRead[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const { found, absent, position, instead } = await this.readingOf(first, batch);
    // Of several messages nobody can say which one told of what was found.
    const reason = batch.length === 1 ? first.reason : { cause: first.reason.cause };
    if (!(await this.applier.put(found, absent, reason))) return;
    if (instead !== undefined) this.pending.add({ scope: instead, reason });
    if (position !== undefined) {
      this.listener.loaded(position, reason.cause === 'start' ? 'start' : 'read-again');
    }
  }

  private readingOf({ scope }: PendingRead, batch: readonly PendingRead[]): Promise<Reading> {
    if (scope.kind !== 'application') return this.reader.read(scope);
    return this.reader.readApplications(
      batch.flatMap((read) => (read.scope.kind === 'application' ? [read.scope.appName] : [])),
    );
  }

  private async afterFailures(
    failures: readonly unknown[],
    left: readonly PendingRead[],
    signal: AbortSignal,
  ): Promise<void> {
    const [first] = failures;
    this.listener.failed(asError(first));
    const unavailable = failures.find((error) => error instanceof UnavailableError);
    if (unavailable === undefined && failures.every((error) => error instanceof RefusedError)) {
      // It will be refused again until somebody mends it, which must not keep the rest waiting.
      this.pending.putOff(left, this.limits.retryLast);
      return;
    }
    this.pending.putBack(left);
    const wait = this.backOff.next(unavailable?.retryAfterMs);
    await sleep(wait, undefined, { signal });
  }
}

/** Whether a failure is not that of one request alone. */
function concernsAll(error: unknown): boolean {
  if (!(error instanceof UnavailableError)) return false;
  return error.status === undefined || error.status === 429 || error.status === 503;
}

/** What may be read at the same time, in batches of one request each; no phase has anything twice. */
function phasesOf(reads: readonly PendingRead[]): PendingRead[][][] {
  const of = (...kinds: PendingRead['scope']['kind'][]) =>
    reads.filter(({ scope }) => kinds.includes(scope.kind));
  const alone = (read: PendingRead) => [read];
  const applications = of('application');
  const batches = [];
  for (let from = 0; from < applications.length; from += APPLICATIONS_PER_READ) {
    batches.push(applications.slice(from, from + APPLICATIONS_PER_READ));
  }
  return [
    of('all').map(alone),
    // One after the other: an application may have moved from one to the other meanwhile.
    ...of('tenant').map((read) => [alone(read)]),
    of('tenant-configuration').map(alone),
    batches,
    of('one').map(alone),
  ];
}
