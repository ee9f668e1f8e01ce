import { afterEach, expect, it } from 'vitest';
import type { PlayedKeycloak } from '../support/played-keycloak.js';
import { managedTenant, PlayedTenantManager } from '../support/played-tenant-manager.js';
import { TENANT_IDS } from '../support/secure-tekton.js';
import {
  RESOURCE_SERVER,
  startKeycloak,
  startTektonBefore,
  type UmaTekton,
} from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, found, founderOf, holder, platform } from './grants.js';

let manager: PlayedTenantManager;
let test: UmaTekton;
afterEach(async () => {
  await test.stop();
  await manager.stop();
});

const PUBLIC = 'http://keycloak.example.com';

/** A Tekton with the tenants of the Tenant Manager, which finds Keycloak at an inner address. */
async function start(pathPrefix = '', tenants = clientsOf(...TENANT_IDS)): Promise<void> {
  const keycloak = await startKeycloak({ pathPrefix, publicBase: PUBLIC });
  manager = await PlayedTenantManager.start();
  manager.tenants = tenants;
  test = await startTektonBefore(keycloak, environment(keycloak, pathPrefix));
}

function environment(keycloak: PlayedKeycloak, pathPrefix: string): Record<string, string> {
  return {
    KAA_SECURITY_ENABLED: 'true',
    KAA_SECURITY_AUTHORIZATION: 'uma',
    KAA_SECURITY_UMA_DECISION_LIFETIME: '0',
    KAA_TENANCY_REFRESH_INTERVAL: '1',
    KAA_TENANT_MANAGER_URL: manager.url,
    KAA_TENANT_MANAGER_ISSUER_BASE_URL: `${PUBLIC}${pathPrefix}`,
    KAA_TENANT_MANAGER_KEYCLOAK_URL: keycloak.baseUrl,
  };
}

function clientsOf(...ids: string[]) {
  const { clientId, clientSecret } = RESOURCE_SERVER;
  return ids.map((id) =>
    managedTenant(id, { client_backend_id: clientId, client_backend_secret: clientSecret }),
  );
}

it.each(['', '/auth'])('Keycloak is asked at its inner address, below "%s"', async (prefix) => {
  await start(prefix);
  expect(test.realm('acme').issuer).toBe(`${PUBLIC}${prefix}/realms/acme`);
  await found(test, 'acme', 'kettle');
  const user = await holder(test, 'acme', 'kettle', ALL);
  expect(await user.get('/applications/kettle')).toMatchObject({ status: 200 });
  expect((await user.get('/applications')).json()).toMatchObject([{ name: 'kettle' }]);
  const nobody = await test.as('acme', 'nobody');
  expect(await nobody.get('/applications/kettle')).toMatchObject({ status: 404 });
  expect(await user.delete('/applications/kettle')).toMatchObject({ status: 204 });
  expect(test.realm('acme').resources.named('application-kettle')).toEqual([]);
});

it('nobody is let into a tenant that has no client, and others are not in its way', async () => {
  const without = managedTenant('acme', {
    client_backend_id: undefined,
    client_backend_secret: undefined,
  });
  await start('', [without, ...clientsOf('kaa', 'globex')]);
  const founder = await founderOf(test, 'acme');
  expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
  expectUnavailable(await founder.get('/applications/kettle'));
  expectUnavailable(await founder.get('/applications'));
  const service = await platform(test);
  expectUnavailable(await service.post('/applications?tenantId=acme', { name: 'kettle' }));
  expect(await service.get('/applications/kettle')).toMatchObject({ status: 404 });
  await found(test, 'globex', 'toaster');
  manager.tenants = clientsOf(...TENANT_IDS);
  await expect
    .poll(async () => (await founder.post('/applications', { name: 'kettle' })).status)
    .toBe(201);
});

it('a client that was replaced is the one that asks', async () => {
  const old = { client_backend_id: RESOURCE_SERVER.clientId, client_backend_secret: 'old' };
  const wrong = managedTenant('acme', old);
  await start('', [wrong, ...clientsOf('kaa', 'globex')]);
  const founder = await founderOf(test, 'acme');
  expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
  manager.tenants = clientsOf(...TENANT_IDS);
  await expect
    .poll(async () => (await founder.post('/applications', { name: 'kettle' })).status)
    .toBe(201);
});
