import { expect, it, onTestFinished } from 'vitest';
import { withDatabase } from '../support/database.js';
import { summarise } from '../support/subscriber.js';
import { startTestTekton } from '../support/test-tekton.js';

const AT = '/tenant-configs?serviceInstanceName=cmx';

it('gives no position twice if the database falls back behind a put that was placed and could not be told yet', async () => {
  const test = await startTestTekton();
  onTestFinished(() => test.stop());
  for (let n = 1; n <= 5; n++) await test.rest.put(AT, { n });
  await test.subscriber.take(5);
  const name = new URL(test.databaseUrl).pathname.slice(1);
  await withDatabase(test.databaseUrl, name, async (database) => {
    const noted = () => database.query('SELECT FROM relay_lease WHERE sent_position = 5');
    await expect.poll(async () => (await noted()).rowCount).toBe(1);
    // The relay waits for NATS, and so does not come to what it is given meanwhile.
    process.kill(test.nats.pid, 'SIGSTOP');
    try {
      for (const lost of [1, 2]) expect((await test.rest.put(AT, { lost })).status).toBe(200);
      // As a standby that lacked these changes when it took over.
      await database.query(`
        BEGIN;
        DELETE FROM outbox WHERE position > 5 OR position IS NULL;
        UPDATE relay_lease SET last_position = 5, sent_position = 5;
        UPDATE configurations SET revision = 5, digest = 'older', document = '{"n":5}';
        DELETE FROM configuration_revisions WHERE revision > 5;
        COMMIT`);
      expect((await test.rest.put(AT, { n: 'other' })).status).toBe(200);
    } finally {
      process.kill(test.nats.pid, 'SIGCONT');
    }
  });
  // All are told to read again, and nobody who has seen the lost changes misses what comes.
  await expect
    .poll(() => test.subscriber.all.slice(5).map(summarise))
    .toContain('broadcast upsert tekton: - - -');
  const positions = test.subscriber.all.map(({ position, messageId }) => ({ position, messageId }));
  const ids = new Map<number, Set<string>>();
  for (const { position, messageId } of positions) {
    ids.set(position, (ids.get(position) ?? new Set()).add(messageId));
  }
  expect([...ids.values()].filter(({ size }) => size > 1)).toEqual([]);
});
