import { expect, it, onTestFinished } from 'vitest';
import type { Client } from 'pg';
import { Database } from '../../src/database/database.js';
import { databaseSettings } from '../../src/database/database.module.js';
import { createLogger } from '../../src/logging/logger.js';
import { OutboxRetention } from '../../src/outbox/outbox-retention.js';
import { loadSettings } from '../../src/settings/settings.js';
import { withDatabase } from '../support/database.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';

const PATH = '/tenant-configs?serviceInstanceName=cmx';

interface Stage {
  test: TestTekton;
  retention: OutboxRetention;
  /** One that is to stop already. */
  stopping: OutboxRetention;
  sql: <Result>(work: (client: Client) => Promise<Result>) => Promise<Result>;
  /** Positions of what is in the outbox, in order; null of what has none. */
  kept: () => Promise<(string | null)[]>;
}

/** A Tekton whose own retention does not come to its first round within a test. */
async function stage(options: Record<string, string>): Promise<Stage> {
  const test = await startTestTekton();
  const settings = loadSettings(testEnvironment(test.databaseUrl, test.nats.url, options));
  const logger = createLogger({ level: 'fatal', format: 'json' });
  const database = new Database(databaseSettings(settings), logger);
  await database.start();
  onTestFinished(async () => {
    await database.stop();
    await test.stop();
  });
  const stopping = new OutboxRetention(database, settings, logger);
  await stopping.onModuleDestroy();
  const name = new URL(test.databaseUrl).pathname.slice(1);
  const sql: Stage['sql'] = (work) => withDatabase(test.databaseUrl, name, work);
  return {
    test,
    retention: new OutboxRetention(database, settings, logger),
    stopping,
    sql,
    kept: () =>
      sql(async (client) => {
        const { rows } = await client.query<{ position: string | null }>(
          'SELECT position FROM outbox ORDER BY position',
        );
        return rows.map(({ position }) => position);
      }),
  };
}

async function write(test: TestTekton, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await test.rest.put(PATH, { n, at: Math.random() });
  await test.subscriber.take(count);
}

/** Resolves when it is noted that all was sent. */
async function noted({ sql }: Stage): Promise<void> {
  await expect
    .poll(() =>
      sql(async (client) => {
        const { rows } = await client.query<{ left: number }>(
          'SELECT (last_position - sent_position)::int AS left FROM relay_lease',
        );
        return rows[0]?.left;
      }),
    )
    .toBe(0);
}

it('forgets what was sent longer ago than it is to be kept', async () => {
  const staged = await stage({ OUTBOX_RETENTION_HOURS: '2' });
  await write(staged.test, 5);
  await noted(staged);
  expect(await staged.retention.prune()).toBe(0);
  await staged.sql((client) =>
    client.query(
      `UPDATE outbox SET created_at = now() - interval '121 minutes' WHERE position IN (1, 2, 4)`,
    ),
  );
  // What came after one that is kept is kept too: there are no holes.
  expect(await staged.retention.prune()).toBe(2);
  expect(await staged.kept()).toEqual(['3', '4', '5']);
  const { rows } = await staged.sql((client) =>
    client.query<object>('SELECT pruned_position FROM relay_lease'),
  );
  expect(rows).toEqual([{ pruned_position: '2' }]);
});

it('keeps no more than so many, however young they are', async () => {
  const staged = await stage({ OUTBOX_RETENTION_ENTRIES: '2' });
  await write(staged.test, 5);
  await noted(staged);
  expect(await staged.retention.prune()).toBe(3);
  expect(await staged.kept()).toEqual(['4', '5']);
  expect(await staged.retention.prune()).toBe(0);
});

it('keeps what is not sent, however old it is, and tells it once it can', async () => {
  const staged = await stage({ OUTBOX_RETENTION_HOURS: '1', OUTBOX_RETENTION_ENTRIES: '1' });
  const { test } = staged;
  await write(test, 3);
  await noted(staged);
  await test.nats.stop();
  await expect.poll(async () => (await test.management.get('/health')).status).toBe(500);
  for (let n = 1; n <= 4; n++) await test.rest.put(PATH, { n, later: true });
  // Placed, or not even that.
  await expect.poll(async () => (await staged.kept()).at(-1)).toBe('7');
  await staged.sql((client) =>
    client.query(`UPDATE outbox SET created_at = now() - interval '1 year'`),
  );
  await staged.retention.prune();
  expect(await staged.kept()).toEqual(['4', '5', '6', '7']);
  await staged.sql((client) =>
    client.query(
      `INSERT INTO outbox (message_id, operation, correlation_id, created_at)
       VALUES (gen_random_uuid(), 'upsert', 'old', now() - interval '1 year')`,
    ),
  );
  expect(await staged.retention.prune()).toBe(0);
});

it('forgets much in steps, and goes on with what an interrupted step has left', async () => {
  const staged = await stage({ OUTBOX_RETENTION_ENTRIES: '10' });
  await staged.sql(async (client) => {
    await client.query(
      `INSERT INTO outbox (message_id, operation, correlation_id)
       SELECT gen_random_uuid(), 'upsert', 'many' FROM generate_series(1, 6000)`,
    );
  });
  await staged.test.subscriber.take(6000);
  await noted(staged);
  expect(await staged.stopping.prune()).toBe(2000);
  // Given up, and not deleted yet, as after a crash in between.
  await staged.sql((client) => client.query('UPDATE relay_lease SET pruned_position = 3500'));
  expect(await staged.retention.prune()).toBe(3990);
  expect(await staged.kept()).toEqual(
    Array.from({ length: 10 }, (_, index) => String(5991 + index)),
  );
});
