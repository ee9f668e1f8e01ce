import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton, type TestTenant } from '../support/secure-tekton.js';
import { putThingsThere } from './route-calls.js';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
  await putThingsThere(test);
});
afterAll(() => test.stop());

const EPTS = 'serviceInstanceName=epts';
const FILES = { epts: { kaa: { applications: { lamp: { versions: {} } } } } };
const ALL_KAA = {
  scope:
    'kaa:application:create kaa:application:read kaa:application:update kaa:tenant:configuration:read',
};
const ALL_PLAIN = {
  scope: 'application:read application:update application:delete tenant:application:create',
};

/** Calls that act in a tenant, and that a caller of the tenant itself may or may not make. */
const CALLS: [method: string, path: string, body: unknown, inOwn: number, success: number][] = [
  ['POST', '/applications?dryRun=true', { name: 'fresh' }, 201, 201],
  ['GET', '/applications', undefined, 200, 200],
  ['GET', '/bulk', undefined, 200, 200],
  ['GET', '/app-configs', undefined, 403, 200],
  ['POST', '/app-configs?dryRun=true', FILES, 403, 200],
  ['GET', '/tenant-configs', undefined, 200, 200],
  ['GET', `/tenant-configs?${EPTS}`, undefined, 200, 200],
  ['PUT', `/tenant-configs?${EPTS}&dryRun=true`, { a: 5 }, 403, 200],
  ['PUT', '/tenant-configs?dryRun=true', { epts: { a: 5 } }, 403, 200],
  ['PATCH', `/tenant-configs?${EPTS}&dryRun=true`, { a: 5 }, 403, 200],
  ['DELETE', `/tenant-configs?${EPTS}&dryRun=true`, undefined, 403, 204],
  ['GET', `/tenant-configs/history?${EPTS}`, undefined, 200, 200],
  ['GET', `/tenant-configs/history/1?${EPTS}`, undefined, 200, 200],
  ['GET', `/tenant-configs/history/1/diff?${EPTS}`, undefined, 200, 200],
  ['POST', `/tenant-configs/history/1/restore?${EPTS}&dryRun=true`, undefined, 403, 200],
];

const within = (path: string, tenantId: string) =>
  `${path}${path.includes('?') ? '&' : '?'}tenantId=${tenantId}`;

describe.each(CALLS)('%s %s', (method, path, body, inOwn, success) => {
  const statusFor = async (tenant: TestTenant, claims: object, where: string) =>
    (await (await test.as(tenant, { ...claims })).call(method, where, { body })).status;

  it('acts in the caller’s tenant, named or not', async () => {
    expect(await statusFor('acme', ALL_PLAIN, path)).toBe(inOwn);
    expect(await statusFor('acme', ALL_PLAIN, within(path, 'acme'))).toBe(inOwn);
  });

  it.each(['globex', 'kaa', 'nobody'])('is refused to others in %s', async (tenantId) => {
    const claims = { scope: `${ALL_PLAIN.scope} ${ALL_KAA.scope}` };
    expect(await statusFor('acme', claims, within(path, tenantId))).toBe(403);
  });

  it.each(['acme', 'globex', 'nobody'])(
    'is refused in %s to callers of the system tenant without platform-wide scopes',
    async (tenantId) => {
      expect(await statusFor('kaa', ALL_PLAIN, within(path, tenantId))).toBe(403);
    },
  );

  it('is open in every tenant to those with platform-wide scopes', async () => {
    for (const tenantId of ['acme', 'globex', 'kaa']) {
      expect(await statusFor('kaa', ALL_KAA, within(path, tenantId))).toBe(success);
    }
    expect(await statusFor('kaa', ALL_KAA, path)).toBe(success);
  });

  it('does not find a tenant that is not there', async () => {
    for (const tenantId of ['nobody', 'ACME', 'constructor']) {
      expect(await statusFor('kaa', ALL_KAA, within(path, tenantId))).toBe(404);
    }
    expect(await statusFor('kaa', ALL_KAA, within(path, '-'))).toBe(400);
  });

  it('is refused to nobody for whether the tenant is there', async () => {
    const caller = await test.as('acme', ALL_PLAIN);
    const answers = [];
    for (const tenantId of ['globex', 'nobody']) {
      const answer = await caller.call(method, within(path, tenantId), { body });
      answers.push([answer.status, answer.text, answer.headers.get('www-authenticate')]);
    }
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('a bulk load', () => {
  it.each(['nobody', 'ACME'])('into the tenant %s stores nothing', async (tenantId) => {
    const loader = await test.as('kaa', ALL_KAA);
    const applications = [{ name: 'stray', displayName: 'Stray' }];
    const refused = await loader.put('/bulk', {
      tenants: [
        { tenantId: 'acme', applications: [{ name: 'loaded', displayName: 'Loaded' }] },
        { tenantId, applications },
      ],
    });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/tenants/1/tenantId' }] });
    for (const name of ['stray', 'loaded']) {
      expect((await loader.get(`/applications/${name}`)).status).toBe(404);
    }
  });

  it('cannot take another tenant’s application', async () => {
    const loader = await test.as('kaa', ALL_KAA);
    const files = { epts: { kaa: { applications: { kettle: {} } } } };
    expect((await loader.post('/app-configs?tenantId=globex', files)).status).toBe(400);
    expect((await loader.get('/applications/kettle?tenantId=globex')).status).toBe(404);
    expect((await loader.get('/applications/kettle')).json()).toMatchObject({ tenantId: 'acme' });
  });
});

describe('creating an application', () => {
  it('puts it into the caller’s tenant, and says of others’ names only that they are taken', async () => {
    const creator = await test.as('acme', ALL_PLAIN);
    const created = await creator.post('/applications', { name: 'iron' });
    expect(created.json()).toMatchObject({ name: 'iron', tenantId: 'acme' });
    const answers = [];
    for (const name of ['iron', 'toaster']) {
      const { status, text } = await creator.post('/applications', { name });
      answers.push([status, text.replaceAll(name, '<name>')]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(409);
  });
});
