import { afterAll, beforeAll, expect, it } from 'vitest';
import { HistoryRetention } from '../../src/configurations/history-retention.js';
import { Database } from '../../src/database/database.js';
import { databaseSettings } from '../../src/database/database.module.js';
import { createLogger } from '../../src/logging/logger.js';
import { loadSettings } from '../../src/settings/settings.js';
import { withDatabase } from '../support/database.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
let database: Database;
let retention: HistoryRetention;
beforeAll(async () => {
  test = await startTestTekton();
  const settings = loadSettings(
    testEnvironment(test.databaseUrl, test.nats.url, {
      KAA_TEKTON_HISTORY_REVISIONS: '3',
      KAA_TEKTON_HISTORY_DAYS: '10',
    }),
  );
  const logger = createLogger({ level: 'fatal', format: 'json' });
  database = new Database(databaseSettings(settings), logger);
  await database.start();
  retention = new HistoryRetention(database, settings, logger);
});
afterAll(async () => {
  await database.stop();
  await test.stop();
});

const HISTORY = '/tenant-configs/history?serviceInstanceName=cmx';

it('forgets what is neither recent nor among the last revisions', async () => {
  for (let n = 1; n <= 8; n++)
    await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { n });
  expect(await retention.prune()).toBe(0);

  const { pathname } = new URL(test.databaseUrl);
  await withDatabase(test.databaseUrl, pathname.slice(1), (client) =>
    client.query(
      `UPDATE configuration_revisions SET changed_at = now() - interval '11 days'
       WHERE revision <> 2`,
    ),
  );
  expect(await retention.prune()).toBe(4);
  const kept = (await test.rest.get(HISTORY)).json() as { revision: number }[];
  // 2 is recent; 6 to 8 are the last three.
  expect(kept.map(({ revision }) => revision)).toEqual([8, 7, 6, 2]);
  expect((await test.rest.get('/tenant-configs?serviceInstanceName=cmx')).json()).toEqual({ n: 8 });
});

it('comes to an end of a long history, and of one after another', async () => {
  const { pathname } = new URL(test.databaseUrl);
  await withDatabase(test.databaseUrl, pathname.slice(1), async (client) => {
    await client.query(
      `INSERT INTO configurations
         (level, owner_name, service_instance_name, tenant_id, revision, created_revision, changed_at)
       SELECT 'tenant', 'tenant-' || n, 'cmx', 'tenant-' || n, 500, 1, now()
       FROM generate_series(1, 60) n`,
    );
    await client.query(
      `INSERT INTO configuration_revisions
         (configuration_id, revision, tenant_id, operation, changed_at, changed_by, correlation_id)
       SELECT id, numbers.revision, tenant_id, 'delete', now() - interval '11 days', 'somebody', 'some call'
       FROM configurations, generate_series(1, 500) AS numbers (revision)
       WHERE tenant_id LIKE 'tenant-%'`,
    );
  });
  expect(await retention.prune()).toBe(60 * 497);
  expect(await retention.prune()).toBe(0);
});
