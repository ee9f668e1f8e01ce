import { Inject, Injectable } from '@nestjs/common';
import { getToken, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import { Database, type Statement } from '../database/database.js';

const CONFIGURATIONS = 'tekton_configurations';

const LEVELS = ['tenant', 'application', 'appversion'] as const;

/** However often metrics are read, and after a failure. */
const INTERVAL_MS = 300_000;
const RETRY_MS = 30_000;

/** Bytes of the table that are read, 4,096 pages: with a million configurations a small part of it. */
const SAMPLE_BYTES = 32 * 1024 * 1024;

/** The part of the table that is read, at most 1; always the same pages, so that the figure is steady. */
const PART = `least(1, $1::float8 / greatest(1, pg_relation_size('configurations')))`;

/**
 * Counts by level. Deleted configurations have rows, and no index tells them from the others: to
 * count them all would mean to read them all.
 */
const COUNT: Statement = {
  name: 'count_configurations',
  text: `
    SELECT level, round(count(*) / ${PART})::float8 AS configurations
    FROM configurations TABLESAMPLE SYSTEM (100 * ${PART}) REPEATABLE (1)
    WHERE document IS NOT NULL
    GROUP BY level`,
};

/** How many configurations there are: looked up in the background, now and then while metrics are read. */
@Injectable()
export class ConfigurationCounts {
  private counting = false;
  private nextAt = -Infinity;

  constructor(
    private readonly database: Database,
    @Inject(getToken(CONFIGURATIONS)) private readonly gauge: Gauge,
  ) {}

  /** Has them counted anew if that is due. Nobody waits for it: the figure is there the next time. */
  refresh(): void {
    if (this.counting || performance.now() < this.nextAt) return;
    if (this.database.unreadyReason !== undefined) return;
    this.counting = true;
    void this.count().then((waitMs) => {
      this.nextAt = performance.now() + waitMs;
      this.counting = false;
    });
  }

  /** @returns after how many milliseconds to count again */
  private async count(): Promise<number> {
    try {
      const rows = await this.database.run<{ level: string; configurations: number }>(COUNT, [
        SAMPLE_BYTES,
      ]);
      const counts = new Map(rows.map(({ level, configurations }) => [level, configurations]));
      for (const level of LEVELS) this.gauge.set({ level }, counts.get(level) ?? 0);
      return INTERVAL_MS;
    } catch {
      // No figure rather than an old one.
      this.gauge.reset();
      return RETRY_MS;
    }
  }
}

export const configurationCountsProviders = [
  makeGaugeProvider({
    name: CONFIGURATIONS,
    help: 'Configurations that there are, by level, of the whole cluster; counted at most every 5 minutes, and beyond 32 MiB of them estimated from a part',
    labelNames: ['level'],
  }),
  ConfigurationCounts,
];
