import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../support/played-fault.js';
import { managedTenant } from '../support/played-tenant-manager.js';
import { listed } from './managed-tekton.js';
import { NOTHING, RemovalStage } from './removal-stage.js';

let stage: RemovalStage;
afterEach(() => stage.stop());

async function start(removal = 'delete'): Promise<void> {
  stage = await RemovalStage.start(removal);
  await stage.fill('acme', 'kettle');
  await stage.fill('globex', 'lamp');
}

/** Resolves once all has been looked at that was requested before: the oldest comes first. */
async function unregisterGlobex(): Promise<void> {
  stage.unlist('globex');
  await stage.tell('unregistered', 'globex');
  await expect.poll(() => stage.dataOf('globex')).toEqual(NOTHING);
}

async function requestAcme(): Promise<void> {
  await stage.tell('unregistered', 'acme');
  await expect.poll(() => stage.requested()).toContain('acme');
}

it('with the option keep nothing is removed, also not on an old request', async () => {
  await start('keep');
  const before = await stage.dataOf('acme');
  await stage.sql(`INSERT INTO tenant_removals VALUES ('globex', 'x')`);
  stage.unlist('acme', 'globex');
  const { length } = stage.test.manager.requests;
  await stage.tell('unregistered', 'acme');
  await expect.poll(() => stage.test.statusOf('acme')).toBe(401);
  await expect.poll(() => stage.test.manager.requests.length).toBeGreaterThan(length + 2);
  expect(await stage.requested()).toEqual(['globex']);
  expect([await stage.dataOf('acme'), await stage.dataOf('globex')]).toEqual([before, before]);
});

describe('a tenant that was unregistered', () => {
  it.each<Record<string, unknown>>([
    {},
    { status: 'DELETING' },
    { status: null },
    { realm_name: 5, issuer: 'no URL' },
    { client_backend_id: null, client_backend_secret: [] },
  ])('stays while it is listed as %j, and goes with that', async (as) => {
    await start();
    stage.test.manager.tenants = listed(stage.test.issuers).map((tenant) =>
      tenant.id === 'acme' ? { ...tenant, ...as } : tenant,
    );
    const before = await stage.dataOf('acme');
    await requestAcme();
    await unregisterGlobex();
    expect(await stage.dataOf('acme')).toEqual(before);
    expect(await stage.requested()).toContain('acme');
    stage.unlist('acme');
    await stage.look();
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
    expect(stage.removalsTold()).toHaveLength(2);
  });

  it('goes without anybody telling more', { timeout: 60_000 }, async () => {
    await start();
    await requestAcme();
    await unregisterGlobex();
    stage.unlist('acme');
    await expect.poll(() => stage.dataOf('acme'), { timeout: 50_000 }).toEqual(NOTHING);
  });

  it.each<[what: string, spoil: () => void]>([
    ['cannot be had', () => (stage.test.manager.fault = 'refuse')],
    ['is refused', () => (stage.test.manager.fault = 'forbid')],
    ['is none', () => (stage.test.manager.fault = 'garbage' satisfies Fault)],
    ['is empty', () => (stage.test.manager.tenants = [])],
    ['has no system tenant', () => stage.test.manager.tenants.shift()],
    [
      'names somebody by a number',
      () => {
        push(managedTenant(7 as never));
      },
    ],
    [
      'names somebody by nothing',
      () => {
        push({ status: 'AVAILABLE' } as never);
      },
    ],
    [
      'holds what is no tenant',
      () => {
        push(null as never);
      },
    ],
    [
      'names somebody twice',
      () => {
        push(managedTenant('kaa'));
      },
    ],
  ])('stays while the list %s', async (_, spoil) => {
    await start();
    const before = await stage.dataOf('acme');
    const whole = listed(stage.test.issuers).filter(({ id }) => id !== 'acme');
    stage.test.manager.tenants = [...whole];
    spoil();
    await requestAcme();
    const { length } = stage.test.manager.requests;
    await stage.look();
    await expect.poll(() => stage.test.manager.requests.length).toBeGreaterThan(length + 4);
    expect(await stage.dataOf('acme')).toEqual(before);
    Object.assign(stage.test.manager, { fault: 'none', tenants: whole });
    await stage.look();
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
  });

  it('stays for good if it is not gone within the hour', async () => {
    await start();
    const before = await stage.dataOf('acme');
    await requestAcme();
    await stage.age(59);
    await unregisterGlobex();
    expect(await stage.requested()).toContain('acme');
    await stage.age(2);
    stage.unlist('acme');
    await stage.look();
    await expect.poll(() => stage.requested()).not.toContain('acme');
    await stage.look();
    expect(await stage.dataOf('acme')).toEqual(before);
    // Told again, it goes.
    await stage.tell('unregistered', 'acme');
    await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
  });

  it('stays if it is updated since', async () => {
    await start();
    const before = await stage.dataOf('acme');
    await requestAcme();
    await stage.tell('updated', 'acme');
    await expect.poll(() => stage.requested()).toEqual([]);
    for (let n = 0; n < 10; n++) await stage.tell('unregistered', 'acme');
    await stage.tell('updated', 'acme');
    await expect.poll(() => stage.test.statusOf('acme')).toBe(200);
    await expect.poll(() => stage.requested()).toEqual([]);
    stage.unlist('acme');
    await unregisterGlobex();
    expect(await stage.dataOf('acme')).toEqual(before);
  });
});

it('a tenant that is merely missing from the list loses nothing', async () => {
  await start();
  const before = await stage.dataOf('acme');
  stage.unlist('acme');
  await expect.poll(() => stage.test.statusOf('acme')).toBe(401);
  await unregisterGlobex();
  await stage.tell('updated', 'acme');
  await stage.look();
  expect(await stage.dataOf('acme')).toEqual(before);
  expect(await stage.requested()).not.toContain('acme');
});

it('the system tenant is never removed, whoever says what', async () => {
  await start();
  await stage.fill('kaa', 'platform');
  const before = await stage.dataOf('kaa');
  await stage.tell('unregistered', 'kaa');
  await stage.sql(`INSERT INTO tenant_removals VALUES ('kaa', 'x')`);
  await unregisterGlobex();
  expect(await stage.dataOf('kaa')).toEqual(before);
  // Without it the list is not taken for whole.
  stage.unlist('kaa', 'acme');
  await requestAcme();
  const { length } = stage.test.manager.requests;
  await stage.look();
  await expect.poll(() => stage.test.manager.requests.length).toBeGreaterThan(length + 4);
  expect(await stage.dataOf('kaa')).toEqual(before);
  expect((await stage.dataOf('acme')).applications).toBe(1);
});

function push(tenant: ReturnType<typeof managedTenant>): void {
  stage.test.manager.tenants.push(tenant);
}
