import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { AccessTokens } from './access-tokens.js';
import { Applier, type Tell } from './applier.js';
import { ChangeFollower } from './change-follower.js';
import { ClientMetrics } from './client-metrics.js';
import type { ClientStatus } from './client-status.js';
import type { ReadConfiguration } from './cluster-answer.js';
import { ConfigurationReader } from './configuration-reader.js';
import type { Configurations } from './configurations.js';
import { asError, ClosedError, RefusedError } from './errors.js';
import { Notifications } from './notifications.js';
import type { CheckedOptions, TokenSource } from './options.js';
import { PendingReads } from './pending-reads.js';
import { SnapshotFile, type Snapshot } from './snapshot-file.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import { Synchronizer } from './synchronizer.js';
import { TektonApi } from './tekton-api.js';

/** Milliseconds; the longest that a timer takes, 24 days. */
const LONG = 2 ** 31 - 1;

/** All that works together to keep configurations current: what is told, what is read, what is applied. */
export class Upkeep {
  private readonly closing = new AbortController();
  private readonly pending: PendingReads;
  private readonly api: TektonApi;
  private readonly applier: Applier;
  private readonly follower: ChangeFollower;
  private readonly synchronizer: Synchronizer;
  private readonly notifications: Notifications;
  private readonly file: SnapshotFile | undefined;
  private readonly keeper: SnapshotKeeper | undefined;
  private loops: Promise<unknown> | undefined;

  private source: ClientStatus['source'] = 'none';
  private natsConnected = false;
  private snapshot: Snapshot | undefined;
  /** Called when all was loaded for the first time, or with what Tekton refuses before that. */
  private onFirst: (refusal?: RefusedError) => void = () => undefined;

  constructor(
    private readonly options: CheckedOptions,
    registry: Registry,
    private readonly held: Configurations,
    private readonly tell: Tell,
  ) {
    const { limits, json, serviceInstanceName, apply = () => undefined } = options;
    const metrics = new ClientMetrics(registry, serviceInstanceName, () => this.status);
    this.pending = new PendingReads(limits.singleReads);
    this.api = new TektonApi({
      ...{ url: options.url, serviceInstanceName, json, metrics },
      token: tokenSourceOf(options),
      silence: limits.requestTimeout,
      signal: this.closing.signal,
    });
    this.applier = new Applier(held, apply, metrics, this.tellOfChange(tell));
    this.follower = new ChangeFollower(this.api, this.pending, limits, metrics, tell);
    const reader = new ConfigurationReader(this.api, held);
    this.synchronizer = new Synchronizer(this.pending, reader, this.applier, this, limits);
    this.notifications = new Notifications(options, this.listener(metrics));
    if (options.snapshotFile === undefined) return;
    this.file = new SnapshotFile(options.snapshotFile, serviceInstanceName, json);
    this.keeper = new SnapshotKeeper(
      this.file,
      () => this.inForce(),
      limits.snapshotInterval,
      this.problem,
    );
  }

  get status(): ClientStatus {
    return {
      source: this.source,
      snapshotSavedAt: this.source === 'snapshot' ? this.snapshot?.savedAt : undefined,
      natsConnected: this.natsConnected,
      tektonReachable: this.api.isReachable,
      position: this.follower.lastPosition,
      pending: this.pending.size,
      configurations: this.held.size,
      refused: this.held.refused,
    };
  }

  /**
   * Resolves once all is in force, from Tekton or from the snapshot.
   * @throws RefusedError if Tekton refuses, and there is no snapshot
   * @throws ClosedError if it was ended first
   */
  async begin(): Promise<void> {
    const { signal } = this.closing;
    this.snapshot = await this.readSnapshot();
    if (this.snapshot !== undefined) this.applier.remember(this.snapshot.configurations);
    const first = this.firstOutcome(signal);
    this.work(signal);
    const refusal = await first;
    if (signal.aborted) throw new ClosedError();
    if (this.isLoaded()) return;
    if (this.snapshot !== undefined) await this.takeSnapshot(this.snapshot);
    else if (refusal !== undefined) throw refusal;
  }

  /** Ends all of it, after what is just being applied, and writes the snapshot. */
  async end(): Promise<void> {
    this.closing.abort(new ClosedError());
    const stopped = this.applier.stop();
    await this.loops;
    await stopped;
    // What was current until now is written with the time of now.
    if (this.source === 'tekton') this.keeper?.changed();
    await this.keeper?.close();
  }

  /** For the synchronizer: all was read and is in force. */
  loaded(position: number, cause: 'start' | 'read-again'): void {
    const isFirst = this.source !== 'tekton';
    this.source = 'tekton';
    this.snapshot = undefined;
    this.applier.remember([]);
    this.follower.startFrom(position);
    this.keeper?.changed();
    this.tell('loaded', {
      configurations: this.held.size,
      position,
      cause: isFirst ? 'start' : cause,
    });
    this.onFirst();
  }

  /** For the synchronizer. */
  failed(error: Error): void {
    this.tell('problem', error);
    if (error instanceof RefusedError) this.onFirst(error);
  }

  /** Resolves once all was loaded, or it is time to do without; with the reason if Tekton gave one. */
  private async firstOutcome(signal: AbortSignal): Promise<RefusedError | undefined> {
    const outcome = new Promise<RefusedError | undefined>((resolve) => {
      this.onFirst = resolve;
    });
    const time = this.snapshot === undefined ? LONG : this.options.limits.startTimeout;
    const ended = new AbortController();
    const waiting = sleep(time, undefined, { signal: AbortSignal.any([signal, ended.signal]) });
    try {
      return await Promise.race([outcome, waiting.catch(() => undefined)]);
    } finally {
      ended.abort();
    }
  }

  private work(signal: AbortSignal): void {
    this.pending.add({ scope: { kind: 'all' }, reason: { cause: 'start' } });
    const workers = [this.notifications, this.synchronizer, this.follower];
    this.loops = Promise.all(workers.map((worker) => this.keepRunning(worker, signal)));
  }

  /** What goes wrong in ways that nobody thought of is told, and not the end. */
  private async keepRunning(
    worker: { run(signal: AbortSignal): Promise<void> },
    signal: AbortSignal,
  ): Promise<void> {
    const isOver = () => signal.aborted;
    while (!isOver()) {
      try {
        await worker.run(signal);
      } catch (error) {
        if (isOver()) return;
        this.problem(asError(error));
        await sleep(this.options.limits.retryLast, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async takeSnapshot({ savedAt, configurations }: Snapshot): Promise<void> {
    // While that is done, all may have been loaded.
    if (!(await this.applier.putEarlier()) || this.isLoaded()) return;
    this.source = 'snapshot';
    this.tell('snapshot', {
      savedAt,
      ageMs: Date.now() - savedAt.getTime(),
      configurations: configurations.length,
    });
  }

  private async readSnapshot(): Promise<Snapshot | undefined> {
    try {
      return await this.file?.read();
    } catch (error) {
      // One that cannot be used is no reason not to start: Tekton has everything.
      this.problem(asError(error));
      return undefined;
    }
  }

  private *inForce(): Generator<ReadConfiguration, void, void> {
    for (const { address, inForce } of this.held.values()) {
      if (inForce !== undefined) yield { address, ...inForce };
    }
  }

  private isLoaded(): boolean {
    return this.source === 'tekton';
  }

  private tellOfChange(tell: Tell): Tell {
    return (event, ...values) => {
      // What comes from a snapshot is not written again as if it were new.
      if (event !== 'refused' && this.isLoaded()) this.keeper?.changed();
      tell(event, ...values);
    };
  }

  private listener(metrics: ClientMetrics): ConstructorParameters<typeof Notifications>[1] {
    const { tell } = this;
    return {
      connected: () => {
        this.natsConnected = true;
        this.follower.natsIsThere();
        tell('connected');
      },
      disconnected: () => {
        this.natsConnected = false;
        this.follower.natsIsAway();
        tell('disconnected');
      },
      notified: (notification) => {
        metrics.received(notification.kind);
        tell('notification', notification);
        this.follower.hear(notification);
      },
      undecodable: (error) => {
        metrics.received('undecodable');
        this.problem(error);
      },
      problem: this.problem,
    };
  }

  private readonly problem = (error: Error): void => {
    this.tell('problem', error);
  };
}

function tokenSourceOf({ token, limits }: CheckedOptions): TokenSource | undefined {
  return typeof token === 'object' ? new AccessTokens(token, limits.requestTimeout).source : token;
}
