import { expect, inject, it } from 'vitest';
import { ENTITIES } from '../../src/app.module.js';
import { createDataSource } from '../../src/database/data-source.js';
import { createDatabase } from '../support/database.js';

it('has migrations that make exactly what the entities describe', async () => {
  const dataSource = await createDataSource({
    url: await createDatabase(inject('postgresUrl')),
    applicationName: 'drift',
    poolSize: 1,
    connectTimeoutMs: 10_000,
    entities: ENTITIES,
  }).initialize();
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  await dataSource.destroy();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});
