import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { ClientTest, textOf, type WatchedClient } from './watched-client.js';

/** Everything that a client, or Tekton, reaches through a gate. */
interface Gates {
  nats: Gate;
  tekton: Gate;
  database: Gate;
}

describe('an outage', () => {
  let test: ClientTest;
  let gates: Gates;
  let app: string;
  let number = 0;

  beforeAll(async () => {
    const database = new URL(await createDatabase(inject('postgresUrl')));
    const toDatabase = await Gate.before(Number(database.port));
    toDatabase.open();
    database.port = `${toDatabase.port}`;
    test = await ClientTest.start({ DATABASE_URL: database.href });
    gates = {
      database: toDatabase,
      nats: await Gate.before(test.test.nats.port),
      tekton: await Gate.before(Number(new URL(test.test.tekton.restUrl).port)),
    };
  });
  afterAll(async () => {
    await test.stop();
    for (const gate of Object.values(gates)) (gate as Gate).close();
  });
  beforeEach(async () => {
    for (const gate of Object.values(gates)) (gate as Gate).open();
    app = `away${number++}`;
    await test.addApplication(app);
  });
  afterEach(() => test.closeClients());

  const startClient = async (limits = {}): Promise<WatchedClient> => {
    const watched = await test.started({
      url: `http://127.0.0.1:${gates.tekton.port}`,
      nats: `nats://127.0.0.1:${gates.nats.port}`,
      limits,
    });
    watched.told = {};
    return watched;
  };
  const pathOf = { app: () => `/applications/${app}` };
  const value = ({ client }: WatchedClient) => client.config({ appName: app });
  const series = (name: string) => ({ timeSeries: [{ name }] });

  it('of NATS: changes are learned from Tekton as they come, and from NATS when it is back', async () => {
    const watched = await startClient();
    gates.nats.shut();
    await expect.poll(() => watched.all('disconnected')).toHaveLength(1);
    for (const name of ['a', 'b', 'c']) {
      await test.put(pathOf.app(), series(name));
      await expect.poll(() => value(watched)).toEqual(series(name));
      expect(watched.all('upsert').at(-1)?.cause).toBe('changes');
    }
    expect(watched.client.status).toMatchObject({ natsConnected: false, tektonReachable: true });
    expect(await watched.metric('missed_messages_total')).toBe(3);

    gates.nats.open();
    await expect.poll(() => watched.all('connected')).toHaveLength(1);
    await expect.poll(() => watched.all('caughtUp').at(-1)?.changes).toBe(0);
    await test.put(pathOf.app(), series('d'));
    await expect.poll(() => value(watched)).toEqual(series('d'));
    expect(watched.all('upsert').at(-1)?.cause).toBe('notification');
  });

  it('of NATS and Tekton together: all that was missed is caught up with, whichever is back first', async () => {
    const watched = await startClient();
    for (const first of ['nats', 'tekton'] as const) {
      gates.nats.shut();
      gates.tekton.shut();
      await expect.poll(() => watched.client.status.tektonReachable).toBe(false);
      await test.put(pathOf.app(), series(first));
      await test.test.rest.delete(
        `/app-configs${pathOf.app()}/app-versions/${app}-v1?serviceInstanceName=epts`,
      );
      gates[first].open();
      await sleep(100);
      gates.nats.open();
      gates.tekton.open();
      await expect.poll(() => value(watched)).toEqual(series(first));
      await expect
        .poll(() => watched.client.config({ appVersionName: `${app}-v1` }))
        .toBeUndefined();
      await expect.poll(() => watched.client.status.natsConnected).toBe(true);
      await test.put(`${pathOf.app()}/app-versions/${app}-v1`, { path: '/again' });
      await expect
        .poll(() => watched.client.config({ appVersionName: `${app}-v1` }))
        .toEqual({ path: '/again' });
    }
  });

  it('of Tekton: what is in force stays so, and what NATS told is read when it is back', async () => {
    const watched = await startClient();
    gates.tekton.shut();
    await test.put(pathOf.app(), series('a'));
    await test.put(pathOf.app(), series('b'));
    await expect.poll(() => watched.all('problem').length).toBeGreaterThan(1);
    expect(watched.all('problem')[0]?.message).toMatch(/^http:\S+ cannot be reached: /);
    expect(value(watched)).toEqual({ autoExtraction: true });
    gates.tekton.open();
    await expect.poll(() => value(watched)).toEqual(series('b'));
    // Once, however often it was tried.
    expect(watched.all('upsert').map(textOf)).toEqual([`upsert application ${app} 3`]);
  });

  it('of Tekton that is silent rather than gone is given up after a time', async () => {
    const watched = await startClient({ requestTimeout: 200 });
    gates.tekton.hold('answers');
    await test.put(pathOf.app(), series('a'));
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContainEqual(expect.stringContaining('it said nothing for 200 ms'));
    gates.tekton.open();
    await expect.poll(() => value(watched)).toEqual(series('a'));
  });

  it('of PostgreSQL: Tekton says 503, and what is in force stays so', async () => {
    const watched = await startClient({ checkInterval: 100 });
    gates.database.shut();
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContainEqual(expect.stringContaining('was answered with 503'));
    expect(value(watched)).toEqual({ autoExtraction: true });
    gates.database.open();
    await expect
      .poll(async () => (await test.test.management.get('/health/ready')).status)
      .toBe(200);
    await test.put(pathOf.app(), series('a'));
    await expect.poll(() => value(watched)).toEqual(series('a'));
  });

  it('during which a name has become that of another tenant: what it stood for is gone first', async () => {
    const watched = await startClient();
    gates.nats.shut();
    gates.tekton.shut();
    await test.test.rest.delete(`/applications/${app}`);
    await test.test.rest.post('/applications?tenantId=acme', { name: app });
    await test.put(pathOf.app(), series('acme'));
    gates.nats.open();
    gates.tekton.open();
    await expect.poll(() => value(watched)).toEqual(series('acme'));
    const ofApp = [...watched.all('delete'), ...watched.all('upsert')].filter(
      ({ address }) => address.level === 'application',
    );
    expect(ofApp).toEqual([
      expect.objectContaining({ type: 'delete', previous: { autoExtraction: true } }),
      expect.objectContaining({ type: 'upsert', previous: undefined }),
    ]);
    expect(ofApp.map(({ address }) => address.tenantId)).toEqual(['kaa', 'acme']);
  });

  it('of NATS at the start does not matter', async () => {
    gates.nats.shut();
    const watched = test.client({ nats: `nats://127.0.0.1:${gates.nats.port}` });
    await watched.client.start();
    expect(value(watched)).toEqual({ autoExtraction: true });
    expect(watched.all('problem')[0]?.message).toContain('NATS cannot be reached');
    await test.put(pathOf.app(), series('a'));
    await expect.poll(() => value(watched)).toEqual(series('a'));
    watched.told = {};
    gates.nats.open();
    await watched.settled();
    await test.put(pathOf.app(), series('b'));
    await expect.poll(() => watched.all('upsert').at(-1)).toMatchObject({ cause: 'notification' });
  });

  it('of Tekton at the start is waited for, until the client is closed', async () => {
    gates.tekton.shut();
    const patient = test.client({ url: `http://127.0.0.1:${gates.tekton.port}` });
    const impatient = test.client({ url: `http://127.0.0.1:${gates.tekton.port}` });
    const starting = patient.client.start();
    const given = expect(impatient.client.start()).rejects.toThrow('The Tekton client was closed');
    await expect.poll(() => impatient.all('problem').length).toBeGreaterThan(0);
    await impatient.client.close();
    await given;
    gates.tekton.open();
    await starting;
    expect(value(patient)).toEqual({ autoExtraction: true });
  });
});
