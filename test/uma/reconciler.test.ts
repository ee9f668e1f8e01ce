import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import { withDatabase } from '../support/database.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, changesOf, found, idOf, platform } from './grants.js';

let test: UmaTekton;
let realm: PlayedRealm;
beforeEach(async () => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_RECONCILE_INTERVAL: '1' });
  realm = test.realm('acme');
});
afterEach(() => test.stop());

const resourcesOf = (app: string) => realm.resources.named(`application-${app}`);

/** What a crash leaves: one side is done, the other is not. */
async function inDatabase(statement: string, ...values: string[]): Promise<void> {
  const name = new URL(test.databaseUrl).pathname.slice(1);
  await withDatabase(test.databaseUrl, name, (client) => client.query(statement, values));
}

const INSERT = `
  INSERT INTO applications (tenant_id, name, relaxed_name, display_name, owner_subject)
  VALUES ($1, $2, $2, $3, $4)`;

/** Waits until the reconciler has begun so many times more: what it has not touched, it leaves. */
async function rounds(count: number): Promise<void> {
  const begun = () => realm.requests.filter((one) => isRound(one)).length;
  const end = begun() + count;
  await expect.poll(begun).toBeGreaterThanOrEqual(end);
}

function isRound({ kind, method, query }: PlayedRealm['requests'][number]): boolean {
  return kind === 'resources' && method === 'GET' && query.get('name') === 'application';
}

describe('an application without a resource', () => {
  it('gets it anew if somebody has deleted it, and for the same owner', async () => {
    await realm.tokenFor({ sub: 'founder' });
    await found(test, 'acme', 'kettle');
    const before = idOf(realm, 'kettle');
    realm.resources.remove(before);
    await expect.poll(() => resourcesOf('kettle')).toHaveLength(1);
    expect(resourcesOf('kettle')).toMatchObject([
      {
        type: 'application',
        displayName: 'kettle',
        owner: 'founder',
        ownerManagedAccess: true,
        scopes: [...ALL],
      },
    ]);
    expect(idOf(realm, 'kettle')).not.toBe(before);
  });

  it('gets it if a crash came in between', async () => {
    await realm.tokenFor({ sub: 'jane' });
    await inDatabase(INSERT, 'acme', 'kettle', 'Kettle ☕', 'jane');
    await expect.poll(() => resourcesOf('kettle')).toHaveLength(1);
    expect(resourcesOf('kettle')).toMatchObject([{ displayName: 'Kettle ☕', owner: 'jane' }]);
  });

  it('gets it though its owner is gone', async () => {
    await inDatabase(INSERT, 'acme', 'kettle', 'kettle', 'nobody');
    await expect.poll(() => resourcesOf('kettle')).toMatchObject([{ owner: 'tekton' }]);
  });

  it('gets it in the realm of its own tenant only', async () => {
    await inDatabase(INSERT, 'acme', 'kettle', 'kettle', '');
    await expect.poll(() => resourcesOf('kettle')).toHaveLength(1);
    await rounds(2);
    for (const id of ['globex', 'kaa'] as const) {
      expect(test.realm(id).resources.named('application-kettle')).toEqual([]);
    }
  });

  it('gets it once Keycloak is back', async () => {
    realm.setFault('resources', 'refuse');
    await inDatabase(INSERT, 'acme', 'kettle', 'kettle', '');
    await inDatabase(INSERT, 'globex', 'toaster', 'toaster', '');
    // The one that is away does not keep the others from what is theirs.
    const others = test.realm('globex').resources;
    await expect.poll(() => others.named('application-toaster')).toHaveLength(1);
    expect(resourcesOf('kettle')).toEqual([]);
    realm.setFault('resources', 'none');
    await expect.poll(() => resourcesOf('kettle')).toHaveLength(1);
  });
});

describe('a resource without an application', () => {
  const orphan = { name: 'application-gone', type: 'application', owner: 'tekton', scopes: ALL };

  it('goes, also that of a crash in between', async () => {
    await found(test, 'acme', 'kettle');
    realm.resources.add(orphan);
    await inDatabase('DELETE FROM applications WHERE name = $1', 'kettle');
    await expect.poll(() => resourcesOf('kettle')).toEqual([]);
    await expect.poll(() => resourcesOf('gone')).toEqual([]);
  });

  it('goes if its application is another tenant’s', async () => {
    await found(test, 'globex', 'toaster');
    realm.resources.add({ ...orphan, name: 'application-toaster' });
    await expect.poll(() => resourcesOf('toaster')).toEqual([]);
    expect(test.realm('globex').resources.named('application-toaster')).toHaveLength(1);
  });

  it('stays if it is none of an application', async () => {
    const others: { name: string; type?: string }[] = [
      { name: 'application-device', type: 'device' },
      { name: 'application-plain' },
      { name: 'application-upper', type: 'Application' },
      { name: 'application', type: 'application' },
      { name: 'my-application-x', type: 'application' },
      { name: 'Application-x', type: 'application' },
      { name: 'tenant-system-2', type: 'application' },
      { name: 'urn:tekton:application', type: 'application' },
    ];
    for (const other of others) realm.resources.add({ ...other, owner: 'tekton', scopes: ALL });
    realm.resources.add(orphan);
    await expect.poll(() => resourcesOf('gone')).toEqual([]);
    await rounds(2);
    const names = realm.resources.all.map(({ name }) => name).sort();
    expect(names).toEqual(['tenant-system', ...others.map(({ name }) => name)].sort());
  });

  it('goes once Keycloak is back', async () => {
    realm.setFault('resources', 'error');
    realm.resources.add(orphan);
    const before = realm.count('resources');
    await expect.poll(() => realm.count('resources')).toBeGreaterThan(before);
    expect(resourcesOf('gone')).toHaveLength(1);
    realm.setFault('resources', 'none');
    await expect.poll(() => resourcesOf('gone')).toEqual([]);
  });
});

it('what fits is left as it is, however much there is of it', async () => {
  const names = Array.from({ length: 250 }, (_, n) => `app${n}`);
  const service = await platform(test);
  const loaded = await service.put('/bulk', {
    tenants: [{ tenantId: 'acme', applications: names.map((name) => ({ name })) }],
  });
  expect(loaded).toMatchObject({ status: 200 });
  // 250, and tenant-system: three pages.
  await expect.poll(() => realm.resources.all.length).toBe(251);
  const before = realm.resources.all.map(({ id }) => id).sort();
  const changes = changesOf(realm).length;
  const orphan = { name: 'application-zz', type: 'application', owner: 'tekton' };
  realm.resources.add(orphan);
  await expect.poll(() => resourcesOf('zz')).toEqual([]);
  await rounds(6);
  expect(realm.resources.all.map(({ id }) => id).sort()).toEqual(before);
  expect(changesOf(realm).slice(changes)).toEqual(['DELETE']);
});
