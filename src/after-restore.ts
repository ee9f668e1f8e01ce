import { openUntimed } from './database/apart.js';
import { databaseSettings } from './database/database.module.js';
import { fail } from './fail.js';
import { goOnAfterRestore } from './outbox/after-restore.js';
import { loadSettingsOfDatabase } from './settings/database-alone.js';

try {
  const settings = loadSettingsOfDatabase(process.env, 'tekton-after-restore');
  const client = await openUntimed(databaseSettings(settings));
  const position = await goOnAfterRestore(client);
  await client.end();
  console.log(
    `Positions go on after ${position}. As soon as Tekton runs, every instance is told to read everything again.`,
  );
} catch (error) {
  fail(error);
}
