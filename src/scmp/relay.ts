import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/logger.js';
import type { NatsConnection } from '../nats/nats-connection.js';
import type { Backlog } from './backlog.js';
import { Doorbell } from './doorbell.js';
import { LEASE_MS, type RelayLease } from './relay-lease.js';
import type { RelayMetrics } from './relay-metrics.js';
import type { PlacedEntry } from '../outbox/placed-entry.js';
import type { Placer, PlacingRight } from '../outbox/placing.js';
import { kindOf, toScmpMessage, type Provider } from './scmp-message.js';

const STOPPING_POLL_MS = 100;
/**
 * How long a replica without NATS holds the lease, and how long it then leaves it to others. They are
 * signalled, and take it at once; nobody places meanwhile, so that whoever waits for changes by REST waits too.
 */
const HOLD_WITHOUT_NATS_MS = 5000;
const COURTESY_MS = 500;
/**
 * How long what NATS has confirmed may stay without being noted, if nothing new is to be told: to note
 * it would keep PostgreSQL busy just when those who were told fetch. After a crash it is sent again.
 */
const NOTE_WITHIN_MS = 50;

export interface RelaySettings {
  provider: Provider;
  /** After which it looks for entries unasked, in milliseconds. */
  pollIntervalMs: number;
  batchSize: number;
}

/**
 * Tells what is in the outbox: gives each committed entry its position, commits that, then sends
 * it, and goes on once NATS has confirmed. Whatever fails is done again, so that nothing is lost
 * and, in first deliveries, nothing is out of order.
 */
export class Relay implements Placer {
  private loop: Promise<void> | undefined;
  private stopping = false;
  private stoppingSince = 0;
  private readonly doorbell = new Doorbell();
  /** Whether there may be entries that wait for their place. */
  private mayBeUnplaced = true;
  /** Up to where entries are placed, confirmed by NATS, and noted as confirmed. */
  private heldSince = 0;
  /** How many are sent at a time: fewer where NATS could not confirm so many in time. */
  private batchSize: number;
  private restMs = 0;
  private lastPosition = 0;
  private sentPosition = 0;
  private notedPosition = 0;
  /** Since when there is something that is confirmed and not noted. */
  private unnotedSince = 0;
  /** Entries that were placed with their changes, in the order in which that was answered. */
  private taken: PlacedEntry[] = [];

  constructor(
    private readonly lease: RelayLease,
    private readonly backlog: Backlog,
    private readonly nats: NatsConnection,
    private readonly metrics: RelayMetrics,
    private readonly settings: RelaySettings,
    private readonly logger: Logger,
  ) {
    this.batchSize = settings.batchSize;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Sends what is there, then stops; gives up after the time given, in milliseconds. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping = true;
    this.stoppingSince = Date.now();
    this.wake();
    const giveUp = new AbortController();
    await Promise.race([
      this.loop,
      sleep(timeoutMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
    await this.lease.release(this.sentPosition).catch(() => undefined);
  }

  get right(): PlacingRight {
    return { epoch: this.lease.heldEpoch, knownPosition: this.lastPosition };
  }

  take(entry: PlacedEntry): void {
    this.taken.push(entry);
    this.notePlaced(Number(entry.position));
    this.doorbell.ring();
  }

  /** Notes that a position was given, by whichever replica: no later one may be the same. */
  notePlaced(position: number): void {
    this.lastPosition = Math.max(this.lastPosition, position);
  }

  /** Has it look at once. */
  wake(): void {
    this.mayBeUnplaced = true;
    this.doorbell.ring();
  }

  private async run(): Promise<void> {
    for (;;) {
      this.doorbell.answer();
      this.restMs = this.settings.pollIntervalMs;
      try {
        if (await this.relayBatch()) continue;
        if (this.stopping && (await this.isDone())) return;
      } catch (error) {
        this.lease.lose();
        this.metrics.failures.inc();
        if (this.stopping) return;
        this.logger.warn(
          { err: error },
          `Notifications could not be sent; trying again in ${this.settings.pollIntervalMs} ms`,
        );
      }
      await this.rest();
    }
  }

  /**
   * Whether a stop leaves nothing behind that this replica could still tell. While another holds
   * the lease, it may be a dead one: then its lease runs out and is taken here.
   */
  private async isDone(): Promise<boolean> {
    if (this.lease.isHeld || !this.nats.isConnected) return true;
    if (Date.now() > this.stoppingSince + LEASE_MS + this.settings.pollIntervalMs) return true;
    return (await this.backlog.measure()).entries === 0;
  }

  /** @returns whether there may be more to do at once */
  private async relayBatch(): Promise<boolean> {
    if (!this.lease.isHeld && !(await this.takeLease())) return false;
    if (await this.leaveToOthers()) return false;
    if (await this.sendTaken()) return false;
    const { batchSize } = this;
    this.mayBeUnplaced = false;
    const placement = await this.lease.place(this.lastPosition, this.sentPosition, batchSize);
    if (!placement) return true;
    if (placement.isSetBack) {
      this.logger.error(
        'The database is an earlier one than before, as after a restore: what was changed since is lost. All instances are told to read again.',
      );
      this.lease.lose();
      return true;
    }
    this.notedPosition = this.sentPosition;
    const { entries: placed, lastPosition } = placement;
    this.notePlaced(lastPosition);
    if (this.nats.isConnected && this.sentPosition < lastPosition) {
      // Also what was placed with its change, and not taken over: its answer may have been lost.
      const isAll = this.sentPosition === lastPosition - placed.length;
      const entries = isAll ? placed : await this.lease.readPlaced(this.sentPosition, batchSize);
      if (!(await this.lease.isStillOurs())) return true;
      await this.send(entries, lastPosition);
    }
    if (this.nats.isConnected && this.sentPosition < this.lastPosition) return true;
    if (placed.length === 0 && this.notedPosition === this.sentPosition) return false;
    this.restMs = Math.min(this.restMs, NOTE_WITHIN_MS);
    return this.stopping || placed.length === batchSize;
  }

  /**
   * Sends what was placed with its change, if nothing that was placed is to be sent before.
   *
   * @returns whether that is all for now
   */
  private async sendTaken(): Promise<boolean> {
    const { taken } = this;
    this.taken = [];
    const next = taken.filter(
      ({ position }, index) => Number(position) === this.sentPosition + index + 1,
    );
    if (!this.nats.isConnected || next.length === 0 || next.length < taken.length) return false;
    if (!(await this.lease.isStillOurs())) return false;
    await this.send(next, this.sentPosition);
    const unnotedMs = performance.now() - this.unnotedSince;
    this.restMs = Math.min(this.restMs, NOTE_WITHIN_MS);
    return !this.stopping && !this.mayBeUnplaced && unnotedMs < NOTE_WITHIN_MS;
  }

  /** Starts from what the database says: what this process remembers may be of another one. */
  private async takeLease(): Promise<boolean> {
    const acquisition = await this.lease.acquire(this.nats.isConnected ? 0 : COURTESY_MS);
    if ('freeInMs' in acquisition) {
      // A clock of the database that was set must not make it wait for longer than any lease runs.
      this.restMs = Math.min(acquisition.freeInMs, LEASE_MS + COURTESY_MS);
      return false;
    }
    const { lastPosition, sentPosition } = acquisition.progress;
    // The greatest that was ever seen: the first placement finds out where the database knows less.
    this.lastPosition = Math.max(lastPosition, this.lastPosition);
    this.sentPosition = this.notedPosition = sentPosition;
    this.taken = [];
    this.heldSince = performance.now();
    return true;
  }

  /** Without NATS, gives the lease up now and then, for a replica that has NATS to take it. */
  private async leaveToOthers(): Promise<boolean> {
    if (this.nats.isConnected || this.stopping) return false;
    if (performance.now() - this.heldSince < HOLD_WITHOUT_NATS_MS) return false;
    await this.lease.release(this.sentPosition);
    return true;
  }

  /** @param lastPosition up to where all is sent then, if there are no entries */
  private async send(entries: readonly PlacedEntry[], lastPosition: number): Promise<void> {
    const { provider } = this.settings;
    if (entries.length === 0) {
      // Somebody has deleted rows by hand: there is nothing to tell, and nothing to wait for.
      this.logger.error(`Entries up to position ${lastPosition} are missing in the outbox`);
      this.sentPosition = lastPosition;
      return;
    }
    try {
      await this.nats.publishConfirmed(entries.map((entry) => toScmpMessage(entry, provider)));
      this.batchSize = Math.min(this.batchSize * 2, this.settings.batchSize);
    } catch (error) {
      this.batchSize = Math.ceil(this.batchSize / 2);
      // Another replica may have a NATS that answers.
      await this.lease.release(this.sentPosition);
      throw error;
    }
    if (this.notedPosition === this.sentPosition) this.unnotedSince = performance.now();
    this.sentPosition = Number(entries.at(-1)?.position ?? this.sentPosition);
    const now = Date.now();
    for (const entry of entries) {
      this.metrics.messages.inc({ kind: kindOf(entry), operation: entry.operation });
      this.metrics.latency.observe(Math.max(0, now - entry.created_at.getTime()) / 1000);
    }
  }

  private rest(): Promise<void> {
    return this.doorbell.rest(
      this.stopping ? Math.min(this.restMs, STOPPING_POLL_MS) : this.restMs,
    );
  }
}
