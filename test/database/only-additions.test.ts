import { expect, inject, it } from 'vitest';
import { createDataSource, MIGRATIONS } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { createDatabase, withDatabase } from '../support/database.js';

interface Column {
  name: string;
  type: string;
  /** Whether a row may be inserted by who does not know it. */
  may_be_left_out: boolean;
}

const COLUMNS = `
  SELECT table_name || '.' || column_name AS name,
    concat_ws(' ', data_type, is_nullable, collation_name) AS type,
    is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
      OR is_generated = 'ALWAYS' AS may_be_left_out
  FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`;

it('migrations only add, so that the version before works on while one is rolled out', async () => {
  const url = await createDatabase(inject('postgresUrl'), { migrated: false });
  const settings = { url, applicationName: 'test', poolSize: 2, connectTimeoutMs: 10_000 };
  await migrate(settings, () => undefined);
  // From the last version back to the first.
  const states: Column[][] = [];
  for (let count = MIGRATIONS.length; count > 0; count--) {
    const name = new URL(url).pathname.slice(1);
    states.unshift(
      await withDatabase(url, name, async (client) => (await client.query<Column>(COLUMNS)).rows),
    );
    const dataSource = await createDataSource(settings).initialize();
    await dataSource.undoLastMigration();
    await dataSource.destroy();
  }
  expect(states).toHaveLength(MIGRATIONS.length);
  for (const [index, after] of states.entries()) {
    const before = states[index - 1];
    if (!before) continue;
    const isOld = (column: Column) =>
      before.some(({ name, type }) => name === column.name && type === column.type);
    const tables = new Set(before.map(({ name }) => name.split('.')[0]));
    expect(after.filter(isOld).map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    const required = after.filter(
      (column) =>
        !isOld(column) && tables.has(column.name.split('.')[0]) && !column.may_be_left_out,
    );
    expect(required).toEqual([]);
  }
});
