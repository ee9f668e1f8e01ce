import { unseen } from '../database/unseen.js';
import { PLACED_CHANNEL } from './placed-channel.js';
import type { PlacedEntry } from './placed-entry.js';

/** The right to place entries, as of one moment; only the database can say whether it still holds. */
export interface PlacingRight {
  /** Of the lease that this replica has; null if it has none. */
  readonly epoch: string | null;
  /** The last position that is known to have been given. */
  readonly knownPosition: number;
}

/** Who may place entries, and sends them: the relay. */
export interface Placer {
  readonly right: PlacingRight;
  /** Takes over an entry that was placed under the right given, and is committed. */
  take(entry: PlacedEntry): void;
}

/** Nobody places: all is left to whoever holds the lease. */
export const NO_RIGHT: PlacingRight = { epoch: null, knownPosition: 0 };

/**
 * The part of a statement that takes the next position for the one change in `source`, a CTE with the
 * columns of configurations. It saves the relay a transaction, of which whoever is told has to wait for
 * the end. No row: the entry is left to the relay, as without the lease.
 *
 * Entries of one configuration must keep the order of its commits. So no other may be waiting for its
 * place, of those that this statement sees; and there is none that it does not see, if the revision
 * before is the one that it sees. It waits for nobody while it has the row of the lease: it takes that
 * last, and only for a row that replaces one of the same owner, where no foreign key has to be looked at.
 *
 * @param epoch SQL expression for the epoch of the lease, or null
 * @param knownPosition SQL expression for the last position known: a database that knows of fewer was
 *   set back, which the relay has to tell
 */
export function takePosition(source: string, epoch: string, knownPosition: string): string {
  return `
    UPDATE relay_lease SET last_position = relay_lease.last_position + 1
    FROM (
      SELECT lease.id FROM ${source} changed CROSS JOIN relay_lease lease
      WHERE lease.epoch = ${unseen(`${epoch}::bigint`)} AND lease.last_position >= ${knownPosition}::bigint
        AND NOT EXISTS (SELECT FROM outbox WHERE position IS NULL)
        AND EXISTS (
          SELECT FROM configurations seen
          WHERE seen.id = changed.id AND seen.revision = changed.revision - 1
            AND seen.application_id IS NOT DISTINCT FROM changed.application_id
            AND seen.app_version_id IS NOT DISTINCT FROM changed.app_version_id)
      FOR UPDATE OF lease SKIP LOCKED
    ) free
    WHERE relay_lease.id = free.id
    RETURNING relay_lease.last_position AS position`;
}

/** The part of a statement that signals the position of an entry in `told`, if it has one. */
export function signalPosition(told: string): string {
  return `
    SELECT ${told}.*, pg_notify('${PLACED_CHANNEL}', position::text) FROM ${told}
    WHERE position IS NOT NULL`;
}
