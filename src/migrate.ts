import { createDataSource } from './database/data-source.js';
import { databaseSettings } from './database/database.module.js';
import { migrate } from './database/migrate.js';
import { loadSettings } from './settings/settings.js';

const { queryTimeoutMs: _, ...settings } = databaseSettings(loadSettings(process.env));
const dataSource = await createDataSource({ ...settings, poolSize: 2 }).initialize();
try {
  const names = await migrate(dataSource);
  console.log(names.length > 0 ? `Migrated: ${names.join(', ')}` : 'The database is up to date');
} finally {
  await dataSource.destroy();
}
