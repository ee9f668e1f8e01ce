import { databaseSettings } from './database/database.module.js';
import { migrate } from './database/migrate.js';
import { fail } from './fail.js';
import { loadSettingsOfDatabase } from './settings/database-alone.js';

try {
  const settings = loadSettingsOfDatabase(process.env, 'tekton-migrate');
  const names = await migrate(databaseSettings(settings), console.error);
  console.log(names.length > 0 ? `Migrated: ${names.join(', ')}` : 'The database is up to date');
} catch (error) {
  fail(error);
}
