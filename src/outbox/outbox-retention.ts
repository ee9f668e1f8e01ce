import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Rounds } from '../retry/rounds.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

const INTERVAL_MS = 5 * 60 * 1000;
/** Entries that one step deletes, so that it never keeps others waiting. */
const STEP = 2000;
const PAUSE_MS = 50;

/**
 * Finds of the oldest $3 entries those that are sent, and older than $2 seconds or not among the
 * last $1; and notes that they are not kept any more, before they are deleted: who asks for what came
 * after one of them is never answered as if the others had not been.
 */
const GIVE_UP: Statement = {
  name: 'give_up_outbox_entries',
  text: `
    WITH oldest AS MATERIALIZED (
      SELECT position, created_at FROM outbox WHERE position IS NOT NULL
      ORDER BY position LIMIT $3
    ),
    lease AS MATERIALIZED (SELECT last_position, sent_position FROM relay_lease),
    bound AS (
      SELECT coalesce(
        min(position) FILTER (WHERE position > sent_position
          OR (created_at >= now() - make_interval(secs => $2) AND position > last_position - $1::bigint))
        - 1,
        max(position)) AS position
      FROM oldest, lease
    ),
    given_up AS (
      UPDATE relay_lease SET pruned_position = bound.position
      FROM bound WHERE pruned_position < bound.position
    )
    SELECT position FROM bound WHERE position IS NOT NULL`,
};

/** What is left of what was given up, by the last step or by one that was interrupted. */
const DELETE: Statement = {
  name: 'delete_outbox_entries',
  text: `
    DELETE FROM outbox WHERE position IN (
      SELECT position FROM outbox WHERE position <= $1::bigint ORDER BY position LIMIT $2)
    RETURNING id`,
};

/** Forgets what was told long ago. What is not told yet is kept, however old it is. */
@Injectable()
export class OutboxRetention extends Rounds {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(INTERVAL_MS);
  }

  protected async run(): Promise<number> {
    try {
      await this.prune();
    } catch (error) {
      this.logger.warn({ err: error }, 'Old notifications were not pruned; trying again later');
    }
    return INTERVAL_MS;
  }

  /** @returns how many entries were deleted */
  async prune(): Promise<number> {
    const entries = this.settings['outbox.retention.entries'];
    const seconds = this.settings['outbox.retention.hours'] * 3600;
    for (let pruned = 0; ;) {
      const [bound] = await this.database.run<{ position: string }>(GIVE_UP, [
        entries,
        seconds,
        STEP,
      ]);
      const deleted = bound ? await this.database.run(DELETE, [bound.position, STEP]) : [];
      pruned += deleted.length;
      if (deleted.length < STEP || this.isStopping) {
        if (pruned > 0) this.logger.info({ entries: pruned }, 'Old notifications were pruned');
        return pruned;
      }
      await sleep(PAUSE_MS);
    }
  }
}
