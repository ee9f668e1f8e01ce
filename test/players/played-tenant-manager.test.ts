import { afterEach, beforeEach, expect, test } from 'vitest';
import { managedTenant, PlayedTenantManager } from '../support/played-tenant-manager.js';
import { TestIssuers } from '../support/test-issuers.js';

let manager: PlayedTenantManager;

beforeEach(async () => {
  manager = await PlayedTenantManager.start();
});
afterEach(() => manager.stop());

async function list(query = '', token?: string) {
  const response = await fetch(`${manager.url}/api/v1/tenants${query}`, {
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  const { count, results = [] } = (await response.json()) as {
    count?: number;
    results?: { id: string }[];
  };
  return { status: response.status, count, ids: results.map(({ id }) => id) };
}

test('tenants are listed page by page, at most 50, as they are at the moment', async () => {
  expect(await list()).toEqual({ status: 200, count: 0, ids: [] });
  manager.tenants = Array.from({ length: 60 }, (_, n) => managedTenant(`t${n}`));
  expect((await list()).ids).toHaveLength(50);
  expect(await list('?offset=50&limit=100')).toMatchObject({ count: 60, ids: { length: 10 } });
  expect((await list('?offset=1&limit=2')).ids).toEqual(['t1', 't2']);
  expect(manager.requests.map(({ query }) => query.get('offset'))).toEqual([null, null, '50', '1']);
});

test('a call needs a token of the trusted issuer if there is one', async () => {
  const clients = [{ clientId: 'tekton', clientSecret: 's', scopes: ['kaa:tenant:read'] }];
  const issuers = await TestIssuers.start({
    tenants: [
      { id: 'kaa', clients },
      { id: 'acme', clients },
    ],
  });
  const issuer = issuers.issuerOf('kaa');
  manager.trusted = { issuer, jwksUri: `${issuer}/jwks` };
  expect((await list()).status).toBe(401);
  expect((await list('', await issuers.token('acme', 'tekton'))).status).toBe(401);
  expect((await list('', await issuers.token('kaa', 'tekton'))).status).toBe(200);
  await issuers.stop();
});

test('it breaks as it is told to', async () => {
  manager.fault = 'error';
  expect((await list()).status).toBe(500);
  manager.fault = 'refuse';
  await expect(list()).rejects.toThrow('fetch failed');
});
