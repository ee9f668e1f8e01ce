import type { Statement } from '../database/database.js';
import { PLACED_CHANNEL } from '../outbox/placed-channel.js';

/** The channel on which a holder signals that it has given the lease back. */
export const LEASE_CHANNEL = 'tekton_relay_lease';

const ENTRY_COLUMNS = `message_id, position, operation, service_instance_name, tenant_id,
  app_name, app_version_name, revision, correlation_id, created_at`;

/** A row without an epoch says that another has the lease, and for how long at least. */
export const ACQUIRE: Statement = {
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

export const RENEW: Statement = {
  name: 'renew_relay_lease',
  text: `
    UPDATE relay_lease SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE epoch = $1 RETURNING epoch`,
};

export const RELEASE: Statement = {
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
export const PLACE: Statement = {
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
    SELECT lease.set_back, lease.last_position, placed.*
    FROM lease LEFT JOIN placed ON true LEFT JOIN signalled ON true ORDER BY placed.position`,
};

export const READ_PLACED: Statement = {
  name: 'read_placed_outbox_entries',
  text: `
    SELECT ${ENTRY_COLUMNS} FROM outbox WHERE position > $1 ORDER BY position LIMIT $2`,
};
