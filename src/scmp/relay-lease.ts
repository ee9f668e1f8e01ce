import type { Database, Statement } from '../database/database.js';
import { PLACED_CHANNEL } from '../outbox/placed-channel.js';
import type { PlacedEntry } from './scmp-message.js';

/** Time by the database's clock after which a lease that is not renewed may be taken over. */
export const LEASE_MS = 2000;
const RENEWAL_MS = 1000;
/** However soon it seems to be free: that is as of a moment ago. */
const SHORTEST_WAIT_MS = 50;

/** The channel on which a holder signals that it has given the lease back. */
export const LEASE_CHANNEL = 'tekton_relay_lease';

const ENTRY_COLUMNS = `message_id, position, operation, service_instance_name, tenant_id,
  app_name, app_version_name, revision, correlation_id, created_at`;

/** A row without an epoch says that another has the lease, and for how long at least. */
const ACQUIRE: Statement = {
  name: 'acquire_relay_lease',
  text: `
    WITH acquired AS (
      UPDATE relay_lease
      SET holder = $1, epoch = epoch + 1,
        expires_at = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE expires_at < clock_timestamp() - $3 * interval '1 millisecond' OR holder = $1
        -- No lease runs so long: the clock was set back.
        OR expires_at > clock_timestamp() + 2 * $2 * interval '1 millisecond'
      RETURNING epoch, last_position, sent_position
    )
    SELECT epoch, last_position, sent_position, 0::float8 AS free_in_ms FROM acquired
    UNION ALL
    SELECT NULL, NULL, NULL,
      (extract(epoch FROM expires_at - clock_timestamp()) * 1000 + $3)::float8
    FROM relay_lease WHERE NOT EXISTS (SELECT FROM acquired)`,
};

const RENEW: Statement = {
  name: 'renew_relay_lease',
  text: `
    UPDATE relay_lease SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE epoch = $1 RETURNING epoch`,
};

const RELEASE: Statement = {
  name: 'release_relay_lease',
  text: `
    WITH released AS (
      UPDATE relay_lease SET holder = '', expires_at = clock_timestamp(),
        sent_position = least(greatest(sent_position, $2::bigint), last_position)
      WHERE epoch = $1
      RETURNING id
    )
    SELECT pg_notify('${LEASE_CHANNEL}', '') FROM released`,
};

/**
 * Gives committed entries their positions, notes how far NATS has confirmed ($2), and signals that
 * there are more, if the lease is still of epoch $1. A replaced holder finds no lease row: it places
 * nothing. All in one statement: the lease's row lock makes two holders take turns, and the second
 * sees the epoch of the first.
 *
 * The order is that of the identities, which for one configuration is that of its commits: its row
 * was locked while the identity was taken. What is not visible yet is placed later.
 *
 * Positions go on after $5, the last that this holder knows of, also where the database knows of
 * fewer since it was set back: no position is given twice, who asks for what came after one that is
 * not there any more must read all anew, and every instance is told to read again.
 */
const PLACE: Statement = {
  name: 'place_outbox_entries',
  text: `
    WITH unplaced AS MATERIALIZED (
      SELECT id, row_number() OVER (ORDER BY id) AS rank
      FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT $3) batch
    ),
    before AS MATERIALIZED (SELECT last_position, last_position < $5 AS set_back FROM relay_lease),
    lease AS (
      UPDATE relay_lease
      SET last_position = greatest(relay_lease.last_position, $5) + (SELECT count(*) FROM unplaced),
        sent_position = CASE WHEN before.set_back THEN sent_position
          ELSE least(greatest(sent_position, $2::bigint), relay_lease.last_position) END,
        pruned_position = CASE WHEN before.set_back THEN $5 ELSE pruned_position END,
        expires_at = clock_timestamp() + $4 * interval '1 millisecond'
      FROM before
      WHERE epoch = $1
      RETURNING relay_lease.last_position, before.set_back
    ),
    placed AS (
      UPDATE outbox
      SET position = lease.last_position - (SELECT count(*) FROM unplaced) + unplaced.rank
      FROM unplaced, lease WHERE outbox.id = unplaced.id
      RETURNING ${ENTRY_COLUMNS.replaceAll(/(\w+)/g, 'outbox.$1')}
    ),
    asked_to_read AS (
      INSERT INTO outbox (message_id, operation, correlation_id)
      SELECT gen_random_uuid(), 'upsert', gen_random_uuid()::text FROM lease WHERE set_back
    ),
    signalled AS MATERIALIZED (
      SELECT pg_notify('${PLACED_CHANNEL}', last_position::text) FROM lease
      WHERE EXISTS (SELECT FROM unplaced)
    )
    SELECT lease.set_back, placed.*
    FROM lease LEFT JOIN placed ON true LEFT JOIN signalled ON true ORDER BY placed.position`,
};

const READ_PLACED: Statement = {
  name: 'read_placed_outbox_entries',
  text: `
    SELECT ${ENTRY_COLUMNS} FROM outbox WHERE position > $1 ORDER BY position LIMIT $2`,
};

type LeaseRow = { free_in_ms: number } & (
  { epoch: string; last_position: string; sent_position: string } | { epoch: null }
);

type PlacementRow = { set_back: boolean } & (PlacedEntry | { position: null });

/** What was placed in one statement. */
export interface Placement {
  /** Whether the database knows of fewer positions than the holder: it is an earlier one. */
  isSetBack: boolean;
  entries: PlacedEntry[];
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
  private renewal: NodeJS.Timeout | undefined;
  private isAsking = false;

  constructor(
    private readonly database: Database,
    private readonly replicaId: string,
  ) {}

  get isHeld(): boolean {
    return this.epoch !== undefined;
  }

  /**
   * Takes the lease if it is free.
   *
   * @param courtesyMs time that others are given to take it first
   * @returns how far its last holder came; or after which time it may be free
   */
  async acquire(courtesyMs: number): Promise<Acquisition> {
    const values = [this.replicaId, LEASE_MS, courtesyMs];
    const [row] = await this.database.runApart<LeaseRow>(ACQUIRE, values);
    if (!row) throw new Error('relay_lease has its one row from the first migration on');
    if (row.epoch === null) return { freeInMs: Math.max(row.free_in_ms, SHORTEST_WAIT_MS) };
    this.epoch = row.epoch;
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

  private async ask<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    this.isAsking = true;
    try {
      return await this.database.runApart<Row>(statement, values);
    } finally {
      this.isAsking = false;
    }
  }
}
