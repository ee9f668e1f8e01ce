import { afterEach, describe, expect, it } from 'vitest';
import { bearing } from '../support/secure-tekton.js';
import { listed, startManagedTekton, type ManagedTekton } from './managed-tekton.js';

let test: ManagedTekton;
afterEach(() => test.stop());

const RARELY = () => ({ KAA_TENANCY_REFRESH_INTERVAL: '3600' });
const without =
  (...ids: string[]) =>
  (issuers: Parameters<typeof listed>[0]) =>
    listed(issuers).filter(({ id }) => !ids.includes(id));

describe('in the background', () => {
  it('a tenant that is not listed any more loses its callers, also known ones', async () => {
    test = await startManagedTekton();
    const known = bearing(test.rest, await test.issuers.sign('acme'));
    await expect.poll(async () => (await known.get('/applications')).status).toBe(200);
    test.manager.tenants = without('acme')(test.issuers);
    await expect.poll(async () => (await known.get('/applications')).status).toBe(401);
    expect(await test.statusOf('globex')).toBe(200);
    test.manager.tenants = listed(test.issuers);
    await expect.poll(async () => (await known.get('/applications')).status).toBe(200);
  });

  it('a tenant that is not AVAILABLE any more loses them too', async () => {
    test = await startManagedTekton();
    const known = bearing(test.rest, await test.issuers.sign('acme'));
    await expect.poll(async () => (await known.get('/applications')).status).toBe(200);
    test.manager.tenants = listed(test.issuers).map((tenant) =>
      tenant.id === 'acme' ? { ...tenant, status: 'DELETING' } : tenant,
    );
    await expect.poll(async () => (await known.get('/applications')).status).toBe(401);
  });

  it('a tenant that gets another issuer loses those of the former one', async () => {
    test = await startManagedTekton({ tenants: without('globex') });
    const known = bearing(test.rest, await test.issuers.sign('acme'));
    await expect.poll(async () => (await known.get('/applications')).status).toBe(200);
    test.manager.tenants = without('globex')(test.issuers).map((tenant) =>
      tenant.id === 'acme' ? { ...tenant, issuer: test.issuers.issuerOf('globex') } : tenant,
    );
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    expect((await known.get('/applications')).status).toBe(401);
  });

  it('an issuer that goes over to another tenant takes no rights along', async () => {
    const scope = 'tenant:application:create application:read';
    test = await startManagedTekton();
    const known = bearing(test.rest, await test.issuers.sign('acme', { scope }));
    await expect.poll(async () => (await known.get('/applications')).status).toBe(200);
    await known.post('/applications', { name: 'kettle' });
    test.manager.tenants = without('acme')(test.issuers).map((tenant) =>
      tenant.id === 'globex' ? { ...tenant, issuer: test.issuers.issuerOf('acme') } : tenant,
    );
    await expect.poll(() => test.statusOf('globex')).toBe(401);
    expect((await known.get('/applications')).json()).toEqual([]);
    expect((await known.get('/applications/kettle')).status).toBe(404);
  });

  it('tenants that stay are not asked for their keys again', async () => {
    test = await startManagedTekton();
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    const lists = () => test.manager.requests.length;
    const before = lists();
    await expect.poll(lists).toBeGreaterThan(before + 1);
    expect(await test.statusOf('acme', { sub: 'another' })).toBe(200);
    expect(test.issuers.requests('acme').jwks).toBe(1);
  });
});

describe('when they are needed', () => {
  it('a new tenant is found by its issuer', async () => {
    test = await startManagedTekton({ environment: RARELY, tenants: without('acme') });
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    test.manager.tenants = listed(test.issuers);
    await expect.poll(() => test.statusOf('acme')).toBe(200);
  });

  it('a new tenant is found by its ID', async () => {
    test = await startManagedTekton({ environment: RARELY, tenants: without('acme') });
    const scope = 'kaa:application:read';
    await expect.poll(() => test.statusOf('kaa')).toBe(200);
    const reader = bearing(test.rest, await test.issuers.sign('kaa', { scope }));
    const statusOf = async () => (await reader.get('/applications?tenantId=acme')).status;
    expect(await statusOf()).toBe(404);
    test.manager.tenants = listed(test.issuers);
    await expect.poll(statusOf).toBe(200);
  });

  it('a flood of made-up issuers and IDs makes few questions, and keeps nobody out', async () => {
    test = await startManagedTekton({ environment: RARELY });
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    const reader = bearing(
      test.rest,
      await test.issuers.sign('kaa', { scope: 'kaa:application:read' }),
    );
    await reader.get('/applications');
    const started = Date.now();
    const before = test.manager.requests.length;
    for (let round = 0; round < 10; round++) {
      const strangers = Array.from({ length: 20 }, (_, n) =>
        test.statusOf('acme', { iss: `https://made-up-${round}-${n}.example.com` }),
      );
      const ids = Array.from({ length: 10 }, async (_, n) => {
        const { status } = await reader.get(`/applications?tenantId=made-up-${round}-${n}`);
        return status;
      });
      expect(new Set(await Promise.all(strangers))).toEqual(new Set([401]));
      expect(new Set(await Promise.all(ids))).toEqual(new Set([404]));
      expect(await test.statusOf('acme')).toBe(200);
    }
    // However slow the machine: once a second, and once more as seconds need not begin with us.
    const allowed = Math.ceil((Date.now() - started) / 1000) + 1;
    expect(test.manager.requests.length - before).toBeLessThanOrEqual(allowed);
  });
});
