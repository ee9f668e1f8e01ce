import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { createDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber } from '../support/subscriber.js';
import { startTestNats, startTestTekton, testEnvironment } from '../support/test-tekton.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
let gate: Gate;
let subscriber: Subscriber;
let tekton: RunningTekton;
let rest: RestClient;
let management: RestClient;
beforeAll(async () => {
  nats = await startTestNats();
  gate = await Gate.before(nats.nats.port);
  subscriber = await Subscriber.connect(nats.nats.url);
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  tekton = await startTekton(testEnvironment(databaseUrl, `nats://127.0.0.1:${gate.port}`));
  await tekton.ready;
  rest = new RestClient(`${tekton.restUrl}/api/v1`);
  management = new RestClient(tekton.managementUrl);
});
afterAll(async () => {
  await tekton.stop();
  await subscriber.close();
  gate.close();
  await nats.stop();
});

const SENT = /^tekton_outbox_backlog 0$/m;
const PATH = '/app-configs/applications/app?serviceInstanceName=cmx';

it('works on without NATS at start, and tells everything once NATS is there', async () => {
  expect((await rest.post('/applications', { name: 'app' })).status).toBe(201);
  for (let value = 1; value <= 5; value++) await rest.put(PATH, { value });
  expect((await rest.get(PATH)).json()).toEqual({ value: 5 });

  const health = await management.get('/health');
  expect(health.status).toBe(500);
  expect(health.text).toMatch(/NATS cannot be reached/);
  expect((await management.get('/health/ready')).status).toBe(200);
  expect((await management.get('/health/live')).status).toBe(200);
  expect((await management.get('/metrics')).text).toMatch(/^tekton_outbox_backlog 6$/m);

  gate.open();
  const told = await subscriber.take(6);
  expect(told.map(({ revision }) => revision)).toEqual([undefined, 1, 2, 3, 4, 5]);
});

// Cut off between a delivery and its confirmation, Tekton rightly delivers again.
afterEach(() => expect.poll(async () => (await management.get('/metrics')).text).toMatch(SENT));

it('works on while NATS is away, and tells everything in order once it is back', async () => {
  gate.shut();
  for (let value = 6; value <= 10; value++) {
    expect((await rest.put(PATH, { value })).status).toBe(200);
  }
  await expect.poll(async () => (await management.get('/health')).status).toBe(500);

  gate.open();
  const told = await subscriber.take(5, 15_000);
  expect(told.map(({ revision }) => revision)).toEqual([6, 7, 8, 9, 10]);
  await expect.poll(async () => (await management.get('/health')).status).toBe(200);
});

it('is not misled by a NATS that was killed and is at once there again', async () => {
  const test = await startTestTekton();
  const { port } = test.nats;
  await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { value: 1 });
  await test.nats.kill();
  const again = await startTestNats(port);
  // The other one may come back later than Tekton.
  const listener = await Subscriber.connect(again.nats.url);
  await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { value: 2 });
  await expect.poll(() => listener.all.at(-1)?.revision, { timeout: 15_000 }).toBe(2);
  await listener.close();
  await test.stop();
  await again.stop();
});

it('leaves the relaying to a replica that has NATS', async () => {
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const shut = await Gate.before(nats.nats.port);
  const away = await startTekton(testEnvironment(databaseUrl, `nats://127.0.0.1:${shut.port}`));
  await away.ready;
  const client = new RestClient(`${away.restUrl}/api/v1`);
  await client.put('/tenant-configs?serviceInstanceName=epts', { told: 'by another' });
  // Time to take the lease although it has no NATS.
  await expect
    .poll(async () => (await client.get('/bulk')).headers.get('x-position'), { timeout: 10_000 })
    .toBe('1');

  const connected = await startTekton(testEnvironment(databaseUrl, nats.nats.url));
  await connected.ready;
  const [told] = await subscriber.take(1, 20_000);
  expect(told).toMatchObject({ name: 'epts', operation: 'upsert' });
  await connected.stop();
  await away.stop();
  shut.close();
}, 60_000);
