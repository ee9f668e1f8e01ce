import type { Database, Statement } from '../database/database.js';
import type { PlacedEntry } from './scmp-message.js';

/** Time by the database's clock after which a lease that is not renewed may be taken over. */
export const LEASE_MS = 2000;
const RENEWAL_MS = 1000;

const ENTRY_COLUMNS = `message_id, position, operation, service_instance_name, tenant_id,
  app_name, app_version_name, revision, correlation_id, created_at`;

const ACQUIRE: Statement = {
  name: 'acquire_relay_lease',
  text: `
    UPDATE relay_lease
    SET holder = $1, epoch = epoch + 1,
      expires_at = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE expires_at < clock_timestamp() - $3 * interval '1 millisecond' OR holder = $1
    RETURNING epoch, last_position, sent_position`,
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
    UPDATE relay_lease SET holder = '', expires_at = clock_timestamp(),
      sent_position = least(greatest(sent_position, $2::bigint), last_position)
    WHERE epoch = $1`,
};

/**
 * Gives committed entries their positions, and notes how far NATS has confirmed ($2), if the
 * lease is still of epoch $1. A replaced holder finds no lease row: it places nothing. All in one
 * statement: the lease's row lock makes two holders take turns, and the second sees the epoch of
 * the first.
 *
 * The order is that of the identities, which for one configuration is that of its commits: its row
 * was locked while the identity was taken. What is not visible yet is placed later.
 */
const PLACE: Statement = {
  name: 'place_outbox_entries',
  text: `
    WITH unplaced AS MATERIALIZED (
      SELECT id, row_number() OVER (ORDER BY id) AS rank
      FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT $3) batch
    ),
    lease AS (
      UPDATE relay_lease
      SET last_position = last_position + (SELECT count(*) FROM unplaced),
        sent_position = least(greatest(sent_position, $2::bigint), last_position),
        expires_at = clock_timestamp() + $4 * interval '1 millisecond'
      WHERE epoch = $1
      RETURNING last_position - (SELECT count(*) FROM unplaced) AS before
    ),
    placed AS (
      UPDATE outbox SET position = lease.before + unplaced.rank
      FROM unplaced, lease WHERE outbox.id = unplaced.id
      RETURNING ${ENTRY_COLUMNS.replaceAll(/(\w+)/g, 'outbox.$1')}
    )
    SELECT lease.before, placed.* FROM lease LEFT JOIN placed ON true ORDER BY placed.position`,
};

const READ_PLACED: Statement = {
  name: 'read_placed_outbox_entries',
  text: `
    SELECT ${ENTRY_COLUMNS} FROM outbox WHERE position > $1 ORDER BY position LIMIT $2`,
};

interface LeaseRow {
  epoch: string;
  last_position: string;
  sent_position: string;
}

type PlacementRow = { before: string } & (PlacedEntry | { position: null });

/** What was placed in one statement. */
export interface Placement {
  /** The last position before. */
  before: number;
  entries: PlacedEntry[];
}

/** How far the relay has come when the lease is taken. */
export interface Progress {
  lastPosition: number;
  sentPosition: number;
}

/**
 * The right to relay, which one replica has at a time, as a row with an expiry: a session lock
 * would outlive a connection that has gone silent.
 */
export class RelayLease {
  private epoch: string | undefined;
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly replicaId: string,
  ) {}

  get isHeld(): boolean {
    return this.epoch !== undefined;
  }

  /**
   * Takes the lease if it is free; gives how far its last holder came.
   *
   * @param courtesyMs time that others are given to take it first
   */
  async acquire(courtesyMs: number): Promise<Progress | undefined> {
    const values = [this.replicaId, LEASE_MS, courtesyMs];
    const [row] = await this.database.runApart<LeaseRow>(ACQUIRE, values);
    if (!row) return undefined;
    this.epoch = row.epoch;
    this.renewal = setInterval(() => {
      void this.renew();
    }, RENEWAL_MS);
    return { lastPosition: Number(row.last_position), sentPosition: Number(row.sent_position) };
  }

  /**
   * Places what is committed, and notes what is confirmed.
   *
   * @param sentPosition up to where NATS has confirmed
   * @returns the entries that were placed now, in order, and the position before them; `undefined`
   *   if another holds the lease
   */
  async place(sentPosition: number, limit: number): Promise<Placement | undefined> {
    const rows = await this.database.runApart<PlacementRow>(PLACE, [
      this.epoch,
      sentPosition,
      limit,
      LEASE_MS,
    ]);
    const [first] = rows;
    if (!first) {
      this.lose();
      return undefined;
    }
    return {
      before: Number(first.before),
      entries: rows.filter((row) => row.position !== null),
    };
  }

  /** Entries that were placed earlier, in order. */
  readPlaced(afterPosition: number, limit: number): Promise<PlacedEntry[]> {
    return this.database.runApart<PlacedEntry>(READ_PLACED, [afterPosition, limit]);
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

  private async renew(): Promise<void> {
    const { epoch } = this;
    // A renewal that fails is told by the next placement.
    await this.database.runApart(RENEW, [epoch, LEASE_MS]).catch(() => undefined);
  }
}
