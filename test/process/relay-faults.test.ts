import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { findFreePort } from '../../src/local/free-port.js';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase, withDatabase } from '../support/database.js';
import { NarrowWay } from '../support/narrow-way.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber, summarise } from '../support/subscriber.js';
import { startTestNats, startTestTekton, testEnvironment } from '../support/test-tekton.js';

const PATH = '/tenant-configs?serviceInstanceName=cmx';

it('goes on telling when the database is set back to an earlier state', async () => {
  const test = await startTestTekton();
  for (let n = 1; n <= 5; n++) await test.rest.put(PATH, { n });
  await test.subscriber.take(5);
  const tag = (await test.rest.get('/applications')).headers.get('etag') ?? '';

  // What a standby that lagged behind, or a backup, would say.
  const { pathname } = new URL(test.databaseUrl);
  await withDatabase(test.databaseUrl, pathname.slice(1), async (client) => {
    await client.query('BEGIN');
    await client.query('DELETE FROM outbox WHERE position > 2');
    await client.query(`UPDATE relay_lease SET last_position = 2, sent_position = 2`);
    await client.query('COMMIT');
  });
  for (let n = 6; n <= 8; n++) await test.rest.put(PATH, { n });
  const told = await test.subscriber.take(4);
  expect(told.map(summarise).sort()).toEqual([
    'broadcast upsert tekton: - - -',
    ...[6, 7, 8].map((revision) => `targeted upsert cmx: kaa - - r${revision}`),
  ]);
  // No position is given twice, although the database would go on after 2.
  expect(told.map(({ position }) => position)).toEqual([6, 7, 8, 9]);
  // The same number of changes as before, and other ones.
  const headers = { 'if-none-match': tag };
  expect((await test.rest.get('/applications', { headers })).status).toBe(200);
  await test.stop();
});

it('does not take for sent what NATS refuses', async () => {
  const port = await findFreePort();
  const config = join(mkdtempSync(join(tmpdir(), 'tekton-nats-')), 'nats.conf');
  writeFileSync(
    config,
    `authorization: { users: [{ user: tekton, password: secret,
       permissions: { publish: { deny: ["kaa.v1.service.>"] } } }] }`,
  );
  const server = spawn(
    inject('natsServerBinary'),
    ['-a', '127.0.0.1', '-p', String(port), '-c', config],
    { stdio: 'ignore' },
  );
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const tekton = await startTekton(
    testEnvironment(
      await createDatabase(inject('postgresUrl')),
      `nats://tekton:secret@127.0.0.1:${port}`,
      { OUTBOX_STUCK_AFTER: '1', OUTBOX_POLL_INTERVAL: '100' },
    ),
  );
  await tekton.ready;
  const rest = new RestClient(`${tekton.restUrl}/api/v1`);
  const management = new RestClient(tekton.managementUrl);
  await expect.poll(async () => (await management.get('/health')).status).toBe(200);
  await rest.put(PATH, { n: 1 });
  await expect
    .poll(async () => (await management.get('/health')).text, { timeout: 10_000 })
    .toContain('1 notifications wait to be sent');
  expect((await management.get('/metrics')).text).toMatch(/^tekton_outbox_backlog 1$/m);
  await tekton.stop();
  server.kill();
  await once(server, 'exit');
});

it('tells at once what was written through another replica', async () => {
  const nats = await startTestNats();
  const subscriber = await Subscriber.connect(nats.nats.url);
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  // Only a signal can wake the relay within the time that the subscriber waits.
  const environment = testEnvironment(databaseUrl, nats.nats.url, {
    OUTBOX_POLL_INTERVAL: '60000',
  });
  const holder = await startTekton(environment);
  await holder.ready;
  await new RestClient(`${holder.restUrl}/api/v1`).put(PATH, { n: 0 });
  await subscriber.take(1);
  const other = await startTekton(environment);
  await other.ready;
  const rest = new RestClient(`${other.restUrl}/api/v1`);
  for (let n = 1; n <= 20; n++) {
    await rest.put(PATH, { n });
    const [told] = await subscriber.take(1);
    expect(told?.revision).toBe(n + 1);
  }
  await other.stop();
  await holder.stop();
  await subscriber.close();
  await nats.stop();
});

it('sends fewer at a time to a NATS that cannot confirm so many in time', async () => {
  const nats = await startTestNats();
  const way = await NarrowWay.to(nats.nats.port, 100_000);
  const subscriber = await Subscriber.connect(nats.nats.url);
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const { pathname } = new URL(databaseUrl);
  // More than this way carries within the time.
  await withDatabase(databaseUrl, pathname.slice(1), (client) =>
    client.query(
      `INSERT INTO outbox (message_id, operation, tenant_id, correlation_id)
       SELECT gen_random_uuid(), 'upsert', 'kaa', n FROM generate_series(1, 1000) n`,
    ),
  );
  const tekton = await startTekton(
    testEnvironment(databaseUrl, `nats://127.0.0.1:${way.port}`, {
      NATS_CONFIRM_TIMEOUT: '1',
      OUTBOX_BATCH_SIZE: '10000',
    }),
  );
  await tekton.ready;
  const management = new RestClient(tekton.managementUrl);
  await expect
    .poll(async () => (await management.get('/metrics')).text, { timeout: 25_000 })
    .toMatch(/^tekton_outbox_backlog 0$/m);
  const told = new Set(subscriber.all.map(({ position }) => position));
  expect([...told]).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  await tekton.stop();
  await subscriber.close();
  way.close();
  await nats.stop();
});
