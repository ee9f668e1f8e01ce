import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Rounds } from '../retry/rounds.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

/** A replica may not live long. */
const FIRST_WITHIN_MS = 10 * 60 * 1000;
const INTERVAL_MS = 60 * 60 * 1000;
/** What one step looks at, so that it never keeps others waiting: configurations, and of each of them so many revisions. */
const CONFIGURATIONS = 50;
const REVISIONS = 200;
const PAUSE_MS = 100;

/**
 * Of the next $4 configurations after $3 that have more than $1 revisions, looks at the $5 oldest
 * ones, and deletes those that are older than $2 days and not among the last $1. A row, unless
 * there were no more configurations.
 */
const PRUNE: Statement = {
  name: 'prune_configuration_history',
  text: `
    WITH looked_at AS MATERIALIZED (
      SELECT id, revision FROM configurations
      WHERE id > $3::bigint AND revision > $1::bigint ORDER BY id LIMIT $4
    ),
    pruned AS (
      DELETE FROM configuration_revisions r
      USING looked_at c CROSS JOIN LATERAL (
        SELECT oldest.revision, oldest.changed_at FROM configuration_revisions oldest
        WHERE oldest.configuration_id = c.id AND oldest.revision <= c.revision - $1::bigint
        ORDER BY oldest.revision LIMIT $5
      ) oldest
      WHERE r.configuration_id = c.id AND r.revision = oldest.revision
        AND oldest.changed_at < now() - make_interval(days => $2::int)
      RETURNING r.configuration_id
    ),
    count AS (
      SELECT configuration_id, count(*) AS pruned FROM pruned GROUP BY configuration_id
    )
    SELECT max(looked_at.id) AS last_id,
      -- Of this one there may be more to prune.
      min(looked_at.id) FILTER (WHERE count.pruned = $5) AS unfinished_id,
      coalesce(sum(count.pruned), 0)::int AS pruned
    FROM looked_at LEFT JOIN count ON count.configuration_id = looked_at.id
    HAVING count(*) > 0`,
};

interface StepRow {
  last_id: string;
  unfinished_id: string | null;
  pruned: number;
}

/** Forgets revisions that are neither recent nor among the last of their configuration. */
@Injectable()
export class HistoryRetention extends Rounds {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(FIRST_WITHIN_MS);
  }

  protected async run(): Promise<number> {
    try {
      await this.prune();
    } catch (error) {
      this.logger.warn({ err: error }, 'Old history was not pruned; trying again in an hour');
    }
    return INTERVAL_MS;
  }

  /** @returns how many revisions were deleted */
  async prune(): Promise<number> {
    const { 'kaa.tekton.history.revisions': revisions, 'kaa.tekton.history.days': days } =
      this.settings;
    let pruned = 0;
    for (let after = '0'; !this.isStopping;) {
      const values = [revisions, days, after, CONFIGURATIONS, REVISIONS];
      const [step] = await this.database.run<StepRow>(PRUNE, values);
      if (!step) break;
      pruned += step.pruned;
      after = step.unfinished_id === null ? step.last_id : String(BigInt(step.unfinished_id) - 1n);
      await sleep(PAUSE_MS);
    }
    if (pruned > 0) this.logger.info({ revisions: pruned }, 'Old history was pruned');
    return pruned;
  }
}
