import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

const ROUND_MS = 60 * 60 * 1000;
/** The first round comes within this after the start: replicas start together, and may not live long. */
const FIRST_ROUND_MS = 10 * 60 * 1000;
/** Revisions that one statement deletes, so that it never keeps others waiting. */
const STEP = 1000;
const PAUSE_MS = 100;

/** Deletes at most $3 revisions that are older than $2 days and not among the last $1. */
const PRUNE: Statement = {
  name: 'prune_configuration_history',
  text: `
    DELETE FROM configuration_revisions
    WHERE (configuration_id, revision) IN (
      SELECT r.configuration_id, r.revision
      FROM configuration_revisions r JOIN configurations c ON c.id = r.configuration_id
      WHERE r.changed_at < now() - make_interval(days => $2::int)
        AND r.revision <= c.revision - $1::bigint
      LIMIT $3)
    RETURNING revision`,
};

/** Forgets revisions that are neither recent nor among the last of their configuration. */
@Injectable()
export class HistoryRetention implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.schedule(Math.random() * FIRST_ROUND_MS);
  }

  onModuleDestroy(): void {
    this.stopping = true;
    clearTimeout(this.timer);
  }

  private schedule(waitMs: number): void {
    this.timer = setTimeout(() => {
      this.prune()
        .catch((error: unknown) => {
          this.logger.warn({ err: error }, 'Old history was not pruned; trying again in an hour');
        })
        .finally(() => {
          if (!this.stopping) this.schedule(ROUND_MS);
        });
    }, waitMs);
    this.timer.unref();
  }

  /** @returns how many revisions were deleted */
  async prune(): Promise<number> {
    const values = [
      this.settings['kaa.tekton.history.revisions'],
      this.settings['kaa.tekton.history.days'],
      STEP,
    ];
    for (let pruned = 0; ;) {
      const rows = await this.database.run(PRUNE, values);
      pruned += rows.length;
      if (rows.length < STEP || this.stopping) {
        if (pruned > 0) this.logger.info({ revisions: pruned }, 'Old history was pruned');
        return pruned;
      }
      await sleep(PAUSE_MS);
    }
  }
}
