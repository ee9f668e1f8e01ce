import { afterEach, describe, expect, it } from 'vitest';
import { PlayedKeycloak } from '../support/played-keycloak.js';
import { managedTenant } from '../support/played-tenant-manager.js';
import { bearing } from '../support/secure-tekton.js';
import { listed, startManagedTekton, type ManagedTekton } from './managed-tekton.js';

let test: ManagedTekton;
afterEach(() => test.stop());

describe('tenants of the Tenant Manager', () => {
  it('are read page by page', async () => {
    test = await startManagedTekton({
      environment: () => ({
        KAA_TENANT_MANAGER_PAGE_SIZE: '2',
        KAA_TENANCY_REFRESH_INTERVAL: '3600',
      }),
      tenants: (issuers) => {
        const [kaa, acme, globex] = listed(issuers).slice(0, 3) as [never, never, never];
        const others = ['a', 'b'].map((id) =>
          managedTenant(id, { issuer: `https://${id}.example.com` }),
        );
        return [kaa, ...others, acme, globex];
      },
    });
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    expect([await test.statusOf('kaa'), await test.statusOf('acme')]).toEqual([200, 200]);
    const asked = test.manager.requests.slice(0, 3).map(({ query }) => query.toString());
    expect(asked).toEqual(['offset=0&limit=2', 'offset=2&limit=2', 'offset=4&limit=2']);
  });

  it('may be many', async () => {
    test = await startManagedTekton({
      tenants: (issuers) => [
        ...Array.from({ length: 120 }, (_, n) =>
          managedTenant(`t${n}`, { issuer: `https://t${n}.example.com` }),
        ),
        ...listed(issuers),
      ],
    });
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    expect(test.manager.requests.slice(0, 3).map(({ query }) => query.get('offset'))).toEqual([
      '0',
      '50',
      '100',
    ]);
  });

  it.each(['CREATING', 'DELETED', 'FAILED', 'available', '', null, 1])(
    'are not served while their status is %j',
    async (status) => {
      test = await startManagedTekton({
        tenants: (issuers) =>
          listed(issuers).map((tenant) =>
            tenant.id === 'acme' ? { ...tenant, status: status as string } : tenant,
          ),
      });
      await expect.poll(() => test.statusOf('globex')).toBe(200);
      expect(await test.statusOf('acme')).toBe(401);
    },
  );

  it('have the issuer that is named, else that of their realm', async () => {
    test = await startManagedTekton({
      environment: ({ url }) => ({ KAA_TENANT_MANAGER_ISSUER_BASE_URL: url }),
      tenants: (issuers) => [
        managedTenant('kaa'),
        // The ID and the realm need not be the same.
        managedTenant('customer', { realm_name: 'acme' }),
        managedTenant('other', { realm_name: 'elsewhere', issuer: issuers.issuerOf('globex') }),
      ],
    });
    await expect.poll(() => test.statusOf('kaa')).toBe(200);
    expect([await test.statusOf('acme'), await test.statusOf('globex')]).toEqual([200, 200]);
    const token = await test.issuers.sign('acme', { scope: 'tenant:application:create' });
    const created = await bearing(test.rest, token).post('/applications', { name: 'kettle' });
    expect(created.json()).toMatchObject({ tenantId: 'customer' });
  });

  it.each(['', '/'])('have a base URL that ends with "%s"', async (end) => {
    test = await startManagedTekton({
      environment: ({ url }) => ({ KAA_TENANT_MANAGER_ISSUER_BASE_URL: `${url}${end}` }),
      tenants: () => [managedTenant('acme')],
    });
    await expect.poll(() => test.statusOf('acme')).toBe(200);
  });

  it('that cannot be read keep nobody else out', async () => {
    test = await startManagedTekton({
      tenants: (issuers) => [
        ...listed(issuers),
        managedTenant('not an id', { issuer: 'https://x.example.com' }),
      ],
    });
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    expect(await test.warnings()).toEqual([expect.stringContaining('not an id')]);
  });
});

describe.each(['', '/auth'])('a Keycloak with an inner address, at "%s"', (pathPrefix) => {
  const PUBLIC = 'http://keycloak.example.com';
  it('is asked there, and vouches by its public one', async () => {
    const keycloak = await PlayedKeycloak.start({
      realms: {
        kaa: [{ clientId: 'x', clientSecret: 'y' }],
        acme: [{ clientId: 'x', clientSecret: 'y' }],
      },
      publicBase: PUBLIC,
      pathPrefix,
    });
    test = await startManagedTekton({
      environment: () => ({
        KAA_TENANT_MANAGER_ISSUER_BASE_URL: `${PUBLIC}${pathPrefix}`,
        KAA_TENANT_MANAGER_KEYCLOAK_URL: keycloak.baseUrl,
        KAA_TENANT_MANAGER_CLIENT_ID: 'x',
        KAA_TENANT_MANAGER_CLIENT_SECRET: 'y',
      }),
      tenants: () => [managedTenant('kaa'), managedTenant('acme')],
    });
    const realm = keycloak.realm('acme');
    expect(realm.issuer).toBe(`${PUBLIC}${pathPrefix}/realms/acme`);
    const statusOf = async (claims: Record<string, unknown>) => {
      const token = await realm.tokenFor({ sub: 'somebody', claims });
      return (await bearing(test.rest, token).get('/service-instances')).status;
    };
    await expect.poll(() => statusOf({})).toBe(200);
    expect(await statusOf({ iss: `${keycloak.baseUrl}/realms/acme` })).toBe(401);
    expect(realm.count('keys')).toBe(1);
    // The token for the Tenant Manager comes from the system tenant, by the inner address too.
    expect(keycloak.realm('kaa').count('token')).toBe(1);
    expect(test.manager.requests[0]?.authorization).toMatch(/^Bearer ey/);
    await keycloak.stop();
  });
});
