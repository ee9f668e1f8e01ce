import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../support/played-fault.js';
import { bearing } from '../support/secure-tekton.js';
import { listed, startManagedTekton, type ManagedTekton } from './managed-tekton.js';

const FAULTS: Fault[] = ['refuse', 'hang', 'error', 'garbage', 'forbid', { slowMs: 5000 }];
const SECRET = 'secret-of-tekton';

let test: ManagedTekton;
afterEach(() => test.stop());

describe.each(FAULTS)('a Tenant Manager that says: %j', (fault) => {
  it('later on leaves the last list in use, and health says so', async () => {
    test = await startManagedTekton();
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    expect(await test.warnings()).toEqual([]);
    test.manager.fault = fault;
    await expect.poll(test.warnings).toEqual([expect.stringMatching(/tenants/)]);
    expect((await test.management.get('/health')).status).toBe(200);
    expect((await test.management.get('/health/ready')).status).toBe(200);
    expect(await test.statusOf('acme', { sub: 'somebody new' })).toBe(200);
    // Who is not in the list may be nobody's, for all that is known.
    expect(await test.statusOf('acme', { iss: 'https://made-up.example.com' })).toBe(401);
    expect((await figures()).tekton_tenant_list_age_seconds).toBeGreaterThan(0);
    expect((await figures()).tekton_tenants).toBe(3);
    test.manager.fault = 'none';
    await expect.poll(test.warnings).toEqual([]);
  });

  it('from the start on keeps Tekton from being ready until it recovers', async () => {
    test = await startManagedTekton({
      prepare: (manager) => {
        manager.fault = fault;
      },
      environment: () => ({ KAA_TENANCY_REFRESH_INTERVAL: '3600' }),
    });
    const token = await test.issuers.sign('acme');
    const ready = await test.management.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.text).toMatch(/list of tenants/);
    const answer = await bearing(test.rest, token).get('/applications');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(answer.text).not.toContain(test.manager.url);
    expect((await test.rest.get('/applications')).status).toBe(401);
    test.manager.fault = 'none';
    await expect.poll(async () => (await test.management.get('/health/ready')).status).toBe(200);
    expect((await bearing(test.rest, token).get('/applications')).status).toBe(200);
  });
});

describe('the token for the Tenant Manager', () => {
  const CLIENTS = [{ clientId: 'tekton', clientSecret: SECRET, scopes: ['kaa:tenant:read'] }];
  const start = (clientSecret = SECRET) =>
    startManagedTekton({
      clients: CLIENTS,
      environment: (issuers) => ({
        KAA_TENANT_MANAGER_CLIENT_ID: 'tekton',
        KAA_TENANT_MANAGER_CLIENT_SECRET: clientSecret,
        KAA_TENANT_MANAGER_ISSUER: issuers.issuerOf('kaa'),
        KAA_SECURITY_ISSUER_TIMEOUT: '1',
      }),
      prepare: (manager, issuers) => {
        const issuer = issuers.issuerOf('kaa');
        manager.trusted = { issuer, jwksUri: `${issuer}/jwks` };
      },
    });

  it('is got once, and used for all calls', async () => {
    test = await start();
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    const before = test.manager.requests.length;
    await expect.poll(() => test.manager.requests.length).toBeGreaterThan(before);
    expect(test.issuers.requests('kaa').token).toBe(1);
    expect(new Set(test.manager.requests.map(({ authorization }) => authorization)).size).toBe(1);
  });

  it('is replaced when it is not taken any more', async () => {
    test = await start();
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    await test.issuers.rotateKeys('kaa');
    test.manager.tenants = listed(test.issuers).filter(({ id }) => id !== 'globex');
    await expect.poll(() => test.statusOf('globex')).toBe(401);
    expect(test.issuers.requests('kaa').token).toBe(2);
    expect(await test.warnings()).toEqual([]);
  });

  it('that is never taken is not asked for without an end', async () => {
    test = await start();
    await expect.poll(() => test.statusOf('acme')).toBe(200);
    test.manager.trusted = {
      issuer: test.issuers.issuerOf('acme'),
      jwksUri: `${test.issuers.issuerOf('acme')}/jwks`,
    };
    await expect.poll(test.warnings).toEqual([expect.stringMatching(/401.*kaa:tenant:read/)]);
    expect(await test.statusOf('globex')).toBe(200);
    const { requests } = test.manager;
    // Each time Tekton tries once more with a new token.
    expect(test.issuers.requests('kaa').token).toBeLessThanOrEqual(requests.length);
  });

  it.each([
    ['a wrong secret', 'wrong-secret', 'none'],
    ['an issuer that is away', SECRET, 'refuse'],
  ] as const)('that cannot be had for %s is told by readiness', async (_, secret, fault) => {
    test = await start(secret);
    test.issuers.setFault('kaa', fault);
    const ready = await test.management.get('/health/ready');
    if (fault === 'none') {
      await expect
        .poll(async () => (await test.management.get('/health/ready')).text)
        .toMatch(/gives no token to the client tekton/);
      expect((await test.management.get('/health/ready')).status).toBe(503);
    }
    expect(ready.text).not.toContain(secret);
    test.issuers.setFault('kaa', 'none');
    if (fault === 'none') return;
    await expect.poll(async () => (await test.management.get('/health/ready')).status).toBe(200);
  });
});

/** What the metrics say of the list, by their names. */
async function figures(): Promise<Record<string, number>> {
  const { text } = await test.management.get('/metrics');
  const lines = text.matchAll(/^(tekton_tenant\w*) ([\d.]+)$/gm);
  return Object.fromEntries(
    [...lines].map(([, name = '', value]) => [name, Number(value)] as const),
  );
}
