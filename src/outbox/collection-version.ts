import { createHash } from 'node:crypto';
import type { Statement } from '../database/database.js';

/**
 * How many changes were ever told of, or wait to be: it goes up with every commit that changes
 * anything, whether the relay has placed it or not. `position` is that of the last placed one.
 */
export const COLLECTION_VERSION: Statement = {
  name: 'read_collection_version',
  text: `
    SELECT last_position AS position,
      last_position + (SELECT count(*) FROM outbox WHERE position IS NULL) AS version,
      (SELECT message_id FROM outbox ORDER BY id DESC LIMIT 1) AS newest
    FROM relay_lease`,
};

export interface CollectionVersionRow {
  position: string;
  version: string;
  /** Of the newest entry: it tells a database that was set back, and counts again, from before. */
  newest: string | null;
}

/**
 * The ETag of a read over a whole collection: it may change needlessly, and never fails to change.
 *
 * @param seen what the answer depends on beside the collection: who asks, and for what
 */
export function collectionTag({ version, newest }: CollectionVersionRow, seen: unknown): string {
  const hash = createHash('sha256')
    // Hashed too: how much happens in the cluster is nobody's business.
    .update(JSON.stringify([version, newest, seen]))
    .digest('base64url');
  return `"${hash}"`;
}
