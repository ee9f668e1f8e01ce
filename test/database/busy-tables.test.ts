import { expect, inject, it } from 'vitest';
import { createDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { createDatabase, withDatabase } from '../support/database.js';

it('a migration lets others pass while somebody uses a table for long', async () => {
  const url = await createDatabase(inject('postgresUrl'), { migrated: false });
  const settings = { url, applicationName: 'test', poolSize: 2, connectTimeoutMs: 10_000 };
  await migrate(settings, () => undefined);
  const before = await createDataSource(settings).initialize();
  await before.undoLastMigration();
  await before.destroy();

  const name = new URL(url).pathname.slice(1);
  const told: string[] = [];
  const done = await withDatabase(url, name, async (reader) => {
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM outbox');
    const migrated = migrate(settings, (message) => told.push(message));
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(0);
    // Behind a waiting ALTER TABLE this would wait for the reader too.
    await withDatabase(url, name, (other) => other.query('SELECT count(*) FROM outbox'));
    await reader.query('COMMIT');
    return migrated;
  });
  expect(done).toHaveLength(1);
  expect(told[0]).toContain('trying again');
});
