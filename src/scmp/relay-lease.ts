import type { Database, Statement } from '../database/database.js';
import type { PlacedEntry } from '../outbox/placed-entry.js';
import { ACQUIRE, PLACE, READ_PLACED, RELEASE, RENEW } from './relay-lease-statements.js';

/** Time by the database's clock after which a lease that is not renewed may be taken over. */
export const LEASE_MS = 2000;
const RENEWAL_MS = 1000;
/** However soon it seems to be free: that is as of a moment ago. */
const SHORTEST_WAIT_MS = 50;

type LeaseRow = { free_in_ms: number } & (
  { epoch: string; last_position: string; sent_position: string } | { epoch: null }
);

type PlacementRow = { set_back: boolean; last_position: string } & (
  PlacedEntry | { position: null }
);

/** What was placed in one statement. */
export interface Placement {
  /** Whether the database knows of fewer positions than the holder: it is an earlier one. */
  isSetBack: boolean;
  entries: PlacedEntry[];
  /** The last position that was given by now. */
  lastPosition: number;
}

/** How far the relay has come when the lease is taken. */
export interface Progress {
  lastPosition: number;
  sentPosition: number;
}

/** What has come of an attempt to take the lease. */
export type Acquisition = { progress: Progress } | { freeInMs: number };

/**
 * The right to relay, which one replica has at a time, as a row with an expiry: a session lock
 * would outlive a connection that has gone silent.
 */
export class RelayLease {
  private epoch: string | undefined;
  /** When it was asked for what prolonged it last. */
  private prolongedAt = 0;
  private renewal: NodeJS.Timeout | undefined;
  private isAsking = false;

  constructor(
    private readonly database: Database,
    private readonly replicaId: string,
  ) {}

  get isHeld(): boolean {
    return this.epoch !== undefined;
  }

  /** Says under which lease an entry is placed; null if it is not held. */
  get heldEpoch(): string | null {
    return this.epoch ?? null;
  }

  /** Whether it can still be ours: a process that was suspended may have been replaced. */
  async isStillOurs(): Promise<boolean> {
    if (performance.now() - this.prolongedAt < LEASE_MS || (await this.renew())) return true;
    this.lose();
    return false;
  }

  /**
   * Takes the lease if it is free.
   *
   * @param courtesyMs time that others are given to take it first
   * @returns how far its last holder came; or after which time it may be free
   */
  async acquire(courtesyMs: number): Promise<Acquisition> {
    const values = [this.replicaId, LEASE_MS, courtesyMs];
    const askedAt = performance.now();
    const [row] = await this.database.runApart<LeaseRow>(ACQUIRE, values);
    if (!row) throw new Error('relay_lease has its one row from the first migration on');
    if (row.epoch === null) return { freeInMs: Math.max(row.free_in_ms, SHORTEST_WAIT_MS) };
    this.epoch = row.epoch;
    this.prolongedAt = askedAt;
    this.renewal = setInterval(() => {
      // One that fails is told by the next placement. What is not answered may be so for a silence in
      // which renewals still arrive: they would only keep others from the lease.
      if (!this.isAsking) void this.renew().catch(() => undefined);
    }, RENEWAL_MS);
    return {
      progress: {
        lastPosition: Number(row.last_position),
        sentPosition: Number(row.sent_position),
      },
    };
  }

  /**
   * Places what is committed, and notes what is confirmed.
   *
   * @param knownPosition the last position that is known to have been given
   * @param sentPosition up to where NATS has confirmed
   * @returns the entries that were placed now, in order; `undefined` if another holds the lease
   */
  async place(
    knownPosition: number,
    sentPosition: number,
    limit: number,
  ): Promise<Placement | undefined> {
    const values = [this.epoch, sentPosition, limit, LEASE_MS, knownPosition];
    const rows = await this.ask<PlacementRow>(PLACE, values);
    const [first] = rows;
    if (!first) {
      this.lose();
      return undefined;
    }
    return {
      isSetBack: first.set_back,
      lastPosition: Number(first.last_position),
      entries: rows.filter((row) => row.position !== null),
    };
  }

  /** Entries that were placed earlier, in order. */
  readPlaced(afterPosition: number, limit: number): Promise<PlacedEntry[]> {
    return this.database.runApart<PlacedEntry>(READ_PLACED, [afterPosition, limit]);
  }

  /** Prolongs it. @returns whether it is still held, which only the database can say */
  async renew(): Promise<boolean> {
    const rows = await this.ask(RENEW, [this.epoch, LEASE_MS]);
    return rows.length > 0;
  }

  /** Gives the lease back, so that another replica relays at once. */
  async release(sentPosition: number): Promise<void> {
    const { epoch } = this;
    this.lose();
    if (epoch !== undefined) await this.database.runApart(RELEASE, [epoch, sentPosition]);
  }

  /** Forgets the lease, as after a failure: it must be acquired anew, under a new epoch. */
  lose(): void {
    clearInterval(this.renewal);
    this.epoch = undefined;
  }

  /** Runs a statement that prolongs it, and gives a row if it is still held. */
  private async ask<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    this.isAsking = true;
    const askedAt = performance.now();
    try {
      const rows = await this.database.runApart<Row>(statement, values);
      if (rows.length > 0) this.prolongedAt = Math.max(this.prolongedAt, askedAt);
      return rows;
    } finally {
      this.isAsking = false;
    }
  }
}
