import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listed } from './managed-tekton.js';
import { CMX, NOTHING, RemovalStage, type Data } from './removal-stage.js';

const FULL: Data = {
  applications: 1,
  appVersions: 1,
  configurations: 3,
  revisions: 6,
  notifications: 8,
};
const TENANT_CONFIG = `/tenant-configs?tenantId=acme&${CMX}`;
const APP_CONFIG = `/app-configs/applications/kettle?${CMX}`;

let stage: RemovalStage;
beforeEach(async () => {
  stage = await RemovalStage.start();
  await stage.fill('acme', 'kettle');
  await stage.fill('globex', 'lamp');
});
afterEach(() => stage.stop());

describe('a tenant that is unregistered, and not listed any more', () => {
  it('loses everything at once; others lose nothing', async () => {
    expect([await stage.dataOf('acme'), await stage.dataOf('globex')]).toEqual([FULL, FULL]);
    const owner = await stage.as('acme');
    const told = stage.test.subscriber.all.length;
    stage.unlist('acme');
    await stage.tell('unregistered', { tenantId: 'acme', correlationId: 'bye-acme' });
    await expect.poll(async () => (await owner.get('/applications')).status).toBe(401);
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    expect(await stage.dataOf('globex')).toEqual(FULL);
    const reader = stage.platform;
    expect((await reader.get(APP_CONFIG)).status).toBe(404);
    expect((await reader.get(`/app-configs/applications/lamp?${CMX}`)).json()).toEqual({
      of: 'globex',
      n: 2,
    });
    await expect.poll(() => stage.removalsTold()).toEqual(['broadcast delete tekton: acme - -']);
    const [message, ...more] = stage.test.subscriber.all.slice(told);
    expect(more).toEqual([]);
    expect(message?.correlationId).toBe('bye-acme');
    const { text } = await stage.test.management.get('/metrics');
    expect(text).toMatch(/^tekton_tenants_removed_total [1-9]/m);
  });

  it('has its request closed once all is over that was under way', async () => {
    stage.unlist('acme');
    await stage.tell('unregistered', 'acme');
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    expect(await stage.requested()).toEqual(['acme']);
    // What a call left that was allowed before.
    await stage.sql(`INSERT INTO applications (tenant_id, name, relaxed_name, display_name)
      VALUES ('acme', 'late', 'late', 'late')`);
    await stage.age(3);
    await stage.look();
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    await stage.look();
    await expect.poll(() => stage.requested()).toEqual([]);
    expect(stage.removalsTold()).toHaveLength(2);
  });

  it('starts clean if it comes back', async () => {
    stage.unlist('acme');
    await stage.tell('unregistered', 'acme');
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    stage.test.manager.tenants = listed(stage.test.issuers);
    await stage.tell('updated', 'acme');
    await expect.poll(() => stage.requested()).toEqual([]);
    const owner = await stage.as('acme');
    await expect.poll(async () => (await owner.get('/applications')).status).toBe(200);
    expect((await owner.get('/applications')).json()).toEqual([]);
    expect((await stage.platform.get(TENANT_CONFIG)).status).toBe(404);
    await stage.fill('acme', 'kettle');
    expect(await stage.dataOf('acme')).toEqual(FULL);
    for (const path of ['/tenant-configs', '/app-configs/applications/kettle']) {
      const history = await owner.get(`${path}/history?${CMX}`);
      // The counter goes on: 1 and 2 were of the former tenant, 3 was their deletion.
      expect((history.json() as { revision: number }[]).map(({ revision }) => revision)).toEqual([
        5, 4,
      ]);
    }
  });

  it('keeps what it has as a new tenant, though nobody tells that it is one', async () => {
    stage.unlist('acme');
    await stage.tell('unregistered', 'acme');
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    // Its tokens are refused until a list was read in the background that it is not in.
    const { length } = stage.test.manager.requests;
    await expect.poll(() => stage.test.manager.requests.length).toBeGreaterThan(length + 3);
    stage.test.manager.tenants = listed(stage.test.issuers);
    const owner = await stage.as('acme');
    await stage.look();
    await expect.poll(() => stage.requested()).toEqual([]);
    await expect.poll(async () => (await owner.get('/applications')).status).toBe(200);
    await stage.fill('acme', 'kettle');
    stage.unlist('acme');
    await unregisterGlobex();
    expect(await stage.dataOf('acme')).toEqual(FULL);
  });
});

describe('history', () => {
  it('of a name that was the tenant’s and is another’s now is told apart', async () => {
    await (await stage.as('acme')).delete('/applications/kettle');
    await stage.fill('globex', 'kettle');
    const { revisions } = await stage.dataOf('globex');
    stage.unlist('acme');
    await stage.tell('unregistered', 'acme');
    await expect.poll(async () => (await stage.dataOf('acme')).configurations).toBe(0);
    await stage.age(3);
    await stage.look();
    await expect.poll(() => stage.requested()).toEqual([]);
    expect(await stage.dataOf('acme')).toEqual(NOTHING);
    expect(await stage.dataOf('globex')).toMatchObject({ applications: 2, revisions });
    const owner = await stage.as('globex');
    expect((await owner.get(APP_CONFIG)).json()).toEqual({ of: 'globex', n: 2 });
    const history = await owner.get(`/app-configs/applications/kettle/history?${CMX}`);
    expect(history.json()).toHaveLength(2);
    const former = await stage.platform.get(
      `/app-configs/applications/kettle/history?deleted=true&${CMX}`,
    );
    expect(former.text).not.toContain('acme');
  });

  it('may be long, and lie among that of others', async () => {
    await stage.sql(`
      INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, operation,
        changed_at, changed_by, correlation_id)
      SELECT 1000 + n / 7, n, CASE WHEN n % 3 = 0 THEN 'globex' ELSE 'acme' END, 'delete', now(),
        'x', 'y'
      FROM generate_series(1, 6000) AS n`);
    stage.unlist('acme');
    await stage.tell('unregistered', 'acme');
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    expect((await stage.dataOf('globex')).revisions).toBe(2006);
  });
});

/** Resolves once all has been looked at that was requested before. */
async function unregisterGlobex(): Promise<void> {
  stage.unlist('globex');
  await stage.tell('unregistered', 'globex');
  await expect.poll(() => stage.dataOf('globex')).toEqual(NOTHING);
}
