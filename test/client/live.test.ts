import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestNats } from '../support/test-tekton.js';
import { RawNats } from './raw-nats.js';
import { ClientTest, type WatchedClient } from './watched-client.js';

describe('a client', () => {
  let test: ClientTest;
  let number = 0;
  /** Of an application with a version, each with a configuration. */
  let app: string;

  beforeAll(async () => {
    test = await ClientTest.start();
  });
  afterAll(() => test.stop());
  beforeEach(async () => {
    app = `app${number++}`;
    await test.addApplication(app);
  });
  afterEach(() => test.closeClients());

  const lastChange = (client: WatchedClient) => client.all('upsert').at(-1);

  it('has everything in force when it has started, at all levels', async () => {
    await test.test.rest.put('/tenant-configs?serviceInstanceName=epts', { a: number });
    await test.put(`/applications/${app}`, { of: 'another instance' }, 'cmx');
    const { client, ...watched } = await test.started();
    expect(client.config({ tenantId: 'kaa' })).toEqual({ a: number });
    expect(client.config({ appName: app })).toEqual({ autoExtraction: true });
    expect(client.config({ appVersionName: `${app}-v1` })).toEqual({ path: '/1' });
    expect(client.config({ appName: 'nobody' })).toBeUndefined();
    expect([...client.configurations()]).toContainEqual({
      address: { level: 'application', tenantId: 'kaa', appName: app },
      value: { autoExtraction: true },
      revision: 1,
    });
    expect(watched.told.loaded).toEqual([
      {
        configurations: client.status.configurations,
        position: expect.any(Number) as number,
        cause: 'start',
      },
    ]);
  });

  it('puts a change in force, and tells the old value and the new one', async () => {
    const watched = await test.started();
    const before = watched.client.config({ appName: app });
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => lastChange(watched)?.revision).toBe(2);
    expect(lastChange(watched)).toEqual({
      type: 'upsert',
      address: { level: 'application', tenantId: 'kaa', appName: app },
      value: { autoExtraction: false },
      revision: 2,
      previous: before,
      previousRevision: 1,
      cause: 'notification',
      correlationId: expect.any(String) as string,
    });
    expect(watched.client.config({ appName: app })).toEqual({ autoExtraction: false });
  });

  it.each([
    ['a version', (name: string) => `/app-configs/applications/${name}/app-versions/${name}-v1`],
    ['an application', (name: string) => `/app-configs/applications/${name}`],
  ])('learns that the configuration of %s is deleted', async (_what, pathOf) => {
    const watched = await test.started();
    await test.test.rest.delete(`${pathOf(app)}?serviceInstanceName=epts`);
    await expect.poll(() => watched.all('delete')).toHaveLength(1);
    expect(watched.all('delete')[0]).toMatchObject({
      value: undefined,
      revision: 2,
      previousRevision: 1,
      cause: 'notification',
    });
    expect(watched.changes()).toHaveLength(watched.client.status.configurations + 2);
  });

  it('learns of the configuration of a tenant, and of its deletion', async () => {
    const watched = await test.started();
    await test.test.rest.put('/tenant-configs?serviceInstanceName=epts', { of: app });
    await expect.poll(() => watched.client.config({ tenantId: 'kaa' })).toEqual({ of: app });
    await test.test.rest.delete('/tenant-configs?serviceInstanceName=epts');
    await expect.poll(() => watched.client.config({ tenantId: 'kaa' })).toBeUndefined();
    expect(watched.client.config({ appName: app })).toBeDefined();
  });

  it('loses all configurations of an application that is deleted', async () => {
    const watched = await test.started();
    await test.test.rest.delete(`/applications/${app}`);
    await expect.poll(() => watched.all('delete')).toHaveLength(2);
    expect(watched.client.config({ appName: app })).toBeUndefined();
    expect(watched.client.config({ appVersionName: `${app}-v1` })).toBeUndefined();
  });

  it('takes a set that was loaded, told by one wide message', async () => {
    const watched = await test.started();
    const versions = { [`${app}-v1`]: { path: '/2' }, [`${app}-v2`]: { path: '/3' } };
    const answer = await test.test.rest.post('/app-configs', {
      epts: { kaa: { applications: { [app]: { autoExtraction: false, versions } } } },
    });
    expect(answer.status).toBe(200);
    await expect
      .poll(() => watched.client.config({ appVersionName: `${app}-v2` }))
      .toEqual({ path: '/3' });
    expect(watched.client.config({ appVersionName: `${app}-v1` })).toEqual({ path: '/2' });
    expect(watched.client.config({ appName: app })).toEqual({ autoExtraction: false });
    expect(watched.all('notification').filter(({ kind }) => kind === 'targeted')).toHaveLength(1);
  });

  it('reads a burst of changes of one configuration a few times only', async () => {
    const watched = await test.started({ limits: { jitter: 200 } });
    for (let round = 1; round <= 40; round++) {
      await test.put(`/applications/${app}`, { timeSeries: [{ name: 'a'.repeat(round) }] });
    }
    await expect.poll(() => lastChange(watched)?.revision).toBe(41);
    expect(await watched.metric('messages_total', { kind: 'targeted' })).toBe(40);
    expect(await watched.metric('reads_total', { what: 'configuration' })).toBeLessThan(20);
  });

  it('reads many changed configurations by whole applications', async () => {
    const watched = await test.started({ limits: { singleReads: 0 } });
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await test.put(`/applications/${app}/app-versions/${app}-v1`, { path: '/2' });
    await expect
      .poll(() => watched.client.config({ appVersionName: `${app}-v1` }))
      .toEqual({ path: '/2' });
    expect(watched.client.config({ appName: app })).toEqual({ autoExtraction: false });
    expect(await watched.metric('reads_total', { what: 'configuration' })).toBe(0);
    // All of it once at the start.
    expect(await watched.metric('reads_total', { what: 'bulk' })).toBeGreaterThan(1);
  });

  it('asks whether it has the value already, and not for a message that it has dealt with', async () => {
    const raw = await RawNats.connect(test.test.nats.url);
    const watched = await test.started();
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => lastChange(watched)?.revision).toBe(2);
    // As after a crash of Tekton, and as something new that changes nothing.
    const { position = 0 } = watched.all('notification').at(-1) ?? {};
    await raw.repeatLast();
    await raw.repeatLast(position + 1000);
    await expect
      .poll(() => watched.metric('reads_total', { what: 'configuration', outcome: '304' }))
      .toBe(1);
    expect(await watched.metric('messages_total', { kind: 'targeted' })).toBe(3);
    expect(await watched.metric('reads_total', { what: 'configuration' })).toBe(2);
    expect(watched.changes().filter((one) => one === `upsert application ${app} 2`)).toHaveLength(
      1,
    );
    await raw.close();
  });

  it('hands out values that nobody can change', async () => {
    await test.put(`/applications/${app}`, { timeSeries: [{ name: 'a' }] });
    const { client } = await test.started();
    const { timeSeries } = client.config({ appName: app }) as { timeSeries: { name: string }[] };
    expect(() => timeSeries.push({ name: 'b' })).toThrow(TypeError);
    expect(() => timeSeries.map((series) => (series.name = 'b'))).toThrow(TypeError);
  });

  it('does not read for messages to others', async () => {
    const watched = await test.started();
    await test.put(`/applications/${app}`, { a: 1 }, 'cmx');
    await test.test.rest.patch(`/applications/${app}`, { displayName: 'Renamed' });
    await expect.poll(() => watched.all('notification')).toHaveLength(1);
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => lastChange(watched)?.revision).toBe(2);
    expect(await watched.metric('reads_total', { what: 'configuration' })).toBe(1);
    expect(await watched.metric('reads_total', { what: 'bulk' })).toBe(1);
  });

  it('applies what comes later although a listener throws', async () => {
    const watched = await test.started();
    watched.client.on('upsert', () => {
      throw new Error('a listener that is at fault');
    });
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await test.put(`/applications/${app}/app-versions/${app}-v1`, { path: '/2' });
    await expect
      .poll(() => watched.client.config({ appVersionName: `${app}-v1` }))
      .toEqual({ path: '/2' });
    expect(watched.all('problem')[0]?.message).toBe('a listener that is at fault');
  });

  it('learns what NATS has lost, and counts what is no record', async () => {
    // A server that none of Tekton's messages reach, as behind a cut within a cluster of NATS.
    const { nats, stop } = await startTestNats();
    const raw = await RawNats.connect(nats.url);
    const watched = await test.started({ nats: nats.url, limits: { checkInterval: 200 } });
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await raw.publish('kaa.v1.service.epts.scmp.configuration.upsert', 'rubbish');
    await expect.poll(() => lastChange(watched)?.revision).toBe(2);
    expect(lastChange(watched)?.cause).toBe('changes');
    await expect.poll(() => watched.metric('messages_total', { kind: 'undecodable' })).toBe(1);
    expect(watched.all('problem')[0]?.message).toContain('is no 17/SCMP record');
    expect(await watched.metric('missed_messages_total')).toBe(1);
    await test.closeClients();
    await raw.close();
    await stop();
  });
});
