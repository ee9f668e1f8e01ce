import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearing } from '../support/secure-tekton.js';
import { PLATFORM_SCOPES, startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, asked, found, platform } from './grants.js';

let test: UmaTekton;
beforeAll(async () => {
  test = await startUmaTekton();
  await found(test, 'acme', 'kettle');
  await found(test, 'kaa', 'samovar');
});
afterAll(() => test.stop());

const CALLS: [method: string, path: string, body: unknown, status: number][] = [
  ['GET', '/app-configs?tenantId=acme', undefined, 200],
  ['GET', '/tenant-configs?tenantId=acme', undefined, 200],
  ['PUT', '/bulk?dryRun=true', { tenants: [] }, 200],
  ['PUT', '/tenant-configs?serviceInstanceName=cmx&dryRun=true', { a: 1 }, 201],
  ['POST', '/applications?tenantId=acme&dryRun=true', { name: 'fresh' }, 201],
];

describe('scopes on the platform', () => {
  it.each(CALLS)('open %s %s to the system tenant’s', async (method, path, body, status) => {
    const service = await platform(test);
    expect(await service.call(method, path, { body })).toMatchObject({ status });
  });

  it('open every application of every tenant, but do not delete it', async () => {
    const service = await platform(test);
    expect(await service.get('/applications/kettle')).toMatchObject({ status: 200 });
    const patch = { description: 'Boils' };
    expect(await service.patch('/applications/kettle', patch)).toMatchObject({ status: 200 });
    expect(await service.delete('/applications/kettle')).toMatchObject({ status: 403 });
  });

  it('are nothing in another realm, whatever that grants', async () => {
    const realm = test.realm('acme');
    realm.resources.add({ name: 'kaa-system', owner: 'tekton', scopes: PLATFORM_SCOPES });
    realm.grant('king', '*', [...PLATFORM_SCOPES, 'tenant:application:create']);
    const king = await test.as('acme', 'king');
    const before = asked(realm).length;
    for (const [method, path, body] of CALLS.slice(2, 4)) {
      expect(await king.call(method, path, { body })).toMatchObject({ status: 403 });
    }
    expect(asked(realm)).toHaveLength(before);
    for (const [method, path, body] of CALLS) {
      const elsewhere = path.replace('tenantId=acme', 'tenantId=globex');
      expect(await king.call(method, elsewhere, { body })).toMatchObject({ status: 403 });
    }
    for (const name of ['kettle', 'samovar']) {
      expect(await king.get(`/applications/${name}`)).toMatchObject({ status: 404 });
    }
  });

  it('are nothing on another resource of the system tenant', async () => {
    const realm = test.realm('kaa');
    const scopes = [...PLATFORM_SCOPES];
    realm.resources.add({ name: 'kaa-system-2', owner: 'tekton', scopes });
    realm.grant('king', 'kaa-system-2', scopes);
    realm.grant('king', 'tenant-system', scopes);
    const king = await test.as('kaa', 'king');
    for (const [method, path, body] of CALLS.filter(([, path]) => path.includes('acme'))) {
      expect(await king.call(method, path, { body })).toMatchObject({ status: 403 });
    }
  });
});

it('what a token says of itself counts for nothing', async () => {
  const scopes = [...ALL, ...PLATFORM_SCOPES, 'tenant:application:create'];
  const claims = {
    scope: scopes.join(' '),
    authorization: {
      permissions: ['kaa-system', 'tenant-system', 'application-samovar'].map((rsname) => ({
        rsname,
        scopes,
      })),
    },
  };
  const boaster = bearing(test.rest, await test.realm('kaa').tokenFor({ sub: 'boaster', claims }));
  expect(await boaster.get('/applications/samovar')).toMatchObject({ status: 404 });
  expect((await boaster.get('/applications')).json()).toEqual([]);
  expect(await boaster.post('/applications', { name: 'x' })).toMatchObject({ status: 403 });
  expect(await boaster.put('/bulk', { tenants: [] })).toMatchObject({ status: 403 });
});

it('a faulty call is refused before anybody is asked', async () => {
  const realm = test.realm('acme');
  const caller = await test.as('acme', 'alice');
  const before = realm.count('decision') + realm.count('resources');
  for (const path of ['kettle?colour=red', 'a%23b', 'a,b']) {
    expect(await caller.get(`/applications/${path}`)).toMatchObject({ status: 400 });
  }
  expect(realm.count('decision') + realm.count('resources')).toBe(before);
});
