import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';

const MEASURE: Statement = {
  name: 'measure_outbox_backlog',
  text: `
    SELECT
      (SELECT count(*) FROM outbox WHERE position IS NULL)
        + lease.last_position - lease.sent_position AS entries,
      extract(epoch FROM clock_timestamp() - least(
        (SELECT min(created_at) FROM
          (SELECT created_at FROM outbox WHERE position IS NULL ORDER BY id LIMIT 1) unplaced),
        (SELECT min(created_at) FROM
          (SELECT created_at FROM outbox WHERE position > lease.sent_position
            ORDER BY position LIMIT 1) unsent)
      ))::float8 AS oldest_seconds
    FROM relay_lease lease`,
};

/** The first migration makes it; without it nobody may relay. */
export const LEASE_ROW_MISSING =
  'The table relay_lease has lost its row: nothing can be told. Restore the database from a backup';

/** What is committed and not yet confirmed by NATS. */
export interface BacklogSize {
  entries: number;
  /** Age of the oldest entry in seconds; 0 if there is none. */
  oldestSeconds: number;
}

@Injectable()
export class Backlog {
  constructor(private readonly database: Database) {}

  /** @throws {Error} if nothing can be relayed at all, as {@link LEASE_ROW_MISSING} says */
  async measure(): Promise<BacklogSize> {
    const [row] = await this.database.runApart<{ entries: string; oldest_seconds: number | null }>(
      MEASURE,
      [],
    );
    if (!row) throw new Error(LEASE_ROW_MISSING);
    return { entries: Number(row.entries), oldestSeconds: row.oldest_seconds ?? 0 };
  }
}
