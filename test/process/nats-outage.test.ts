import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber } from '../support/subscriber.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
let tekton: RunningTekton;
let rest: RestClient;
let management: RestClient;
beforeAll(async () => {
  // Only to find a port that is free.
  nats = await startTestNats();
  await nats.stop();
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  tekton = await startTekton(testEnvironment(databaseUrl, nats.nats.url));
  await tekton.ready;
  rest = new RestClient(`${tekton.restUrl}/api/v1`);
  management = new RestClient(tekton.managementUrl);
});
afterAll(async () => {
  await tekton.stop();
  await nats.stop();
});

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

  nats = await startTestNats(nats.nats.port);
  const subscriber = await Subscriber.connect(nats.nats.url);
  await expectTold(subscriber, [1, 2, 3, 4, 5]);
  await subscriber.close();
});

it('works on while NATS is away, and tells everything in order once it is back', async () => {
  await nats.stop();
  for (let value = 6; value <= 10; value++) {
    expect((await rest.put(PATH, { value })).status).toBe(200);
  }
  await expect.poll(async () => (await management.get('/health')).status).toBe(500);

  nats = await startTestNats(nats.nats.port);
  const subscriber = await Subscriber.connect(nats.nats.url);
  await expectTold(subscriber, [6, 7, 8, 9, 10]);
  await expect.poll(async () => (await management.get('/health')).status).toBe(200);
  await subscriber.close();
});

it('is not misled by a NATS that was killed and is at once there again', async () => {
  const subscriber = await Subscriber.connect(nats.nats.url);
  const { port } = nats.nats;
  await nats.nats.kill();
  nats = await startTestNats(port);
  await rest.put(PATH, { value: 11 });
  await expect.poll(() => lastRevision(subscriber), { timeout: 15_000 }).toBe(11);
  await subscriber.close();
});

/** The subscriber may have come after some were told: the last must be told, and all in order. */
async function expectTold(subscriber: Subscriber, revisions: number[]): Promise<void> {
  await expect.poll(() => lastRevision(subscriber), { timeout: 15_000 }).toBe(revisions.at(-1));
  const told = subscriber.all.flatMap(({ revision }) => revision ?? []);
  expect(told).toEqual(revisions.slice(-told.length));
}

function lastRevision(subscriber: Subscriber): number | undefined {
  return subscriber.all.at(-1)?.revision;
}
