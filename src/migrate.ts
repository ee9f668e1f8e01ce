import { databaseSettings } from './database/database.module.js';
import { migrate } from './database/migrate.js';
import { fail } from './fail.js';
import { loadSettings } from './settings/settings.js';

try {
  const names = await migrate(databaseSettings(loadSettings(process.env)), console.error);
  console.log(names.length > 0 ? `Migrated: ${names.join(', ')}` : 'The database is up to date');
} catch (error) {
  fail(error);
}
