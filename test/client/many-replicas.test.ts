import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClientTest, optionsFor, WatchedClient } from './watched-client.js';

const REPLICAS = 200;

let test: ClientTest;
beforeAll(async () => {
  test = await ClientTest.start();
  await test.addApplication('smart');
});
afterAll(() => test.stop());

it(`${REPLICAS} replicas in one process all apply one change, and none reads more than it has to`, async () => {
  const replicas = Array.from({ length: REPLICAS }, () => {
    const replica = new WatchedClient(
      optionsFor(test.test, { limits: { jitter: 300, requestTimeout: 10_000 } }),
    );
    test.clients.push(replica);
    return replica;
  });
  await Promise.all(replicas.map(({ client }) => client.start()));
  await Promise.all(replicas.map((replica) => replica.settled()));
  for (const replica of replicas) replica.told = {};
  await test.put('/applications/smart', { autoExtraction: false });
  const values = () => replicas.map(({ client }) => client.config({ appName: 'smart' }));
  await expect.poll(values).toEqual(replicas.map(() => ({ autoExtraction: false })));
  for (const replica of replicas) {
    expect(replica.all('upsert').at(-1)).toMatchObject({ revision: 2, cause: 'notification' });
    expect(replica.all('problem')).toEqual([]);
    expect(await replica.metric('reads_total', { what: 'configuration' })).toBe(1);
    // At the start Tekton takes a few at a time, and the others come again.
    expect(await replica.metric('reads_total', { what: 'bulk', outcome: '200' })).toBe(1);
  }
});
