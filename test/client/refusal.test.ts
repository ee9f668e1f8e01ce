import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigurationChange } from 'tekton-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientTest, textOf } from './watched-client.js';

describe('a service that refuses a value', () => {
  let test: ClientTest;
  let app: string;
  let number = 0;
  const folder = mkdtempSync(join(tmpdir(), 'tekton-client-'));
  /** What was put before the service. */
  let offered: string[];
  const reasonable = async (change: ConfigurationChange) => {
    offered.push(textOf(change));
    await Promise.resolve();
    if (change.value?.timeSeries !== undefined) throw new Error('too many time series');
  };
  const BAD = { timeSeries: [{ name: 'a' }] };

  beforeAll(async () => {
    test = await ClientTest.start();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await test.stop();
  });
  beforeEach(async () => {
    offered = [];
    app = `refused${number++}`;
    await test.addApplication(app);
  });
  afterEach(() => test.closeClients());

  it('goes on with the last good one, and is told of the refusal once', async () => {
    const watched = await test.started({ apply: reasonable, limits: { checkInterval: 100 } });
    const { client } = watched;
    await test.put(`/applications/${app}`, BAD);
    await expect.poll(() => watched.all('refused')).toHaveLength(1);
    expect(watched.all('refused')[0]).toMatchObject({
      change: { type: 'upsert', value: BAD, revision: 2, previous: { autoExtraction: true } },
      error: new Error('too many time series'),
    });
    expect(client.config({ appName: app })).toEqual({ autoExtraction: true });
    expect(client.status).toMatchObject({ refused: 1 });
    expect(await watched.metric('changes_total', { outcome: 'refused' })).toBe(1);
    expect(await watched.metric('refused')).toBe(1);

    // All is read again, and the refused one is there again.
    await test.test.rest.post('/app-configs', {
      epts: { kaa: { applications: { [app]: { versions: { [`${app}-v1`]: { path: '/2' } } } } } },
    });
    await expect.poll(() => client.config({ appVersionName: `${app}-v1` })).toEqual({ path: '/2' });
    expect(offered.filter((one) => one === `upsert application ${app} 2`)).toHaveLength(1);

    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => client.config({ appName: app })).toEqual({ autoExtraction: false });
    expect(watched.all('upsert').at(-1)).toMatchObject({ revision: 3, previousRevision: 1 });
    expect(client.status).toMatchObject({ refused: 0 });
  });

  it('keeps what is deleted, if it refuses to go without', async () => {
    const watched = await test.started({
      apply: ({ type }) => {
        if (type === 'delete') throw new Error('in use');
      },
    });
    const { client } = watched;
    await test.test.rest.delete(`/applications/${app}`);
    await expect.poll(() => watched.all('refused')).toHaveLength(2);
    expect(client.config({ appName: app })).toEqual({ autoExtraction: true });
    expect(client.status.refused).toBe(2);
  });

  it('starts without what it refuses', async () => {
    await test.put(`/applications/${app}`, BAD);
    const watched = await test.started({ apply: reasonable });
    expect(watched.client.config({ appName: app })).toBeUndefined();
    expect(watched.client.config({ appVersionName: `${app}-v1` })).toEqual({ path: '/1' });
    await test.test.rest.delete(`/app-configs/applications/${app}?serviceInstanceName=epts`);
    await expect.poll(() => watched.client.status.refused).toBe(0);
    expect(offered.filter((one) => one.startsWith('delete'))).toEqual([]);
  });

  it('starts with the last good one of an earlier run, if it has a snapshot', async () => {
    const snapshotFile = join(folder, 'last-good');
    await test.started({ apply: reasonable, snapshotFile });
    await test.put(`/applications/${app}`, BAD);
    await test.closeClients();
    const watched = await test.started({ apply: reasonable, snapshotFile });
    expect(watched.client.config({ appName: app })).toEqual({ autoExtraction: true });
    expect(watched.all('upsert').map(textOf)).toContain(`upsert application ${app} 1`);
    expect(watched.client.status).toMatchObject({ source: 'tekton', refused: 1 });
  });
});
