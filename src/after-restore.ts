import { openApart } from './database/apart.js';
import { databaseSettings } from './database/database.module.js';
import { fail } from './fail.js';
import { goOnAfterRestore } from './outbox/after-restore.js';
import { loadSettings } from './settings/settings.js';

try {
  const client = await openApart(databaseSettings(loadSettings(process.env)));
  const position = await goOnAfterRestore(client);
  await client.end();
  console.log(
    `Positions go on after ${position}. As soon as Tekton runs, every instance is told to read everything again.`,
  );
} catch (error) {
  fail(error);
}
