import { expect, inject, it } from 'vitest';
import { goOnAfterRestore } from '../../src/outbox/after-restore.js';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase, databaseUrl, withDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber, summarise } from '../support/subscriber.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

const CMX = '/tenant-configs?serviceInstanceName=cmx';

it('a database that was restored goes on, and everybody is told to read again', async () => {
  const nats = await startTestNats();
  const subscriber = await Subscriber.connect(nats.nats.url);
  const url = await createDatabase(inject('postgresUrl'));
  const first = await startTekton(testEnvironment(url, nats.nats.url));
  await first.ready;
  const before = new RestClient(`${first.restUrl}/api/v1`);
  await before.put(CMX, { n: 1 });
  await before.put(CMX, { n: 2 });
  await subscriber.take(2);
  await first.stop();

  // A backup of a moment when the last change was committed and not sent yet.
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_restored`;
  await withDatabase(url, name, (client) =>
    client.query('UPDATE relay_lease SET sent_position = 1'),
  );
  await withDatabase(url, 'postgres', (client) =>
    client.query(`CREATE DATABASE ${copy} TEMPLATE ${name}`),
  );
  const position = await withDatabase(url, copy, goOnAfterRestore);

  const second = await startTekton(testEnvironment(databaseUrl(url, copy), nats.nats.url));
  await second.ready;
  const after = new RestClient(`${second.restUrl}/api/v1`);
  expect((await after.get(CMX)).json()).toEqual({ n: 2 });
  expect((await subscriber.take(2)).map(summarise)).toEqual([
    'targeted upsert cmx: kaa - - r2',
    'broadcast upsert tekton: - - -',
  ]);
  // Also for one that was given after the backup.
  for (const since of [1, 2, 500]) {
    expect((await after.get(`/changes?since=${since}`)).status).toBe(410);
  }
  expect((await after.get('/bulk?serviceInstanceName=cmx')).headers.get('x-position')).toBe(
    String(Number(position) + 2),
  );
  await after.put(CMX, { n: 3 });
  const [message] = await subscriber.take(1);
  expect(message).toMatchObject({ revision: 3, position: Number(position) + 3 });
  await expect
    .poll(async () => (await new RestClient(second.managementUrl).get('/metrics')).text)
    .toMatch(/^tekton_outbox_backlog 0$/m);
  await second.stop();
  await subscriber.close();
  await nats.stop();
});
