import { afterEach, describe, expect, it } from 'vitest';
import { managedTenant } from '../support/played-tenant-manager.js';
import { bearing } from '../support/secure-tekton.js';
import { listed, startManagedTekton, type ManagedTekton } from './managed-tekton.js';

let test: ManagedTekton;
afterEach(() => test.stop());

/** Whose tenant a caller with a token of acme's issuer is taken for. */
async function tenantOfAcmesCallers(): Promise<unknown> {
  const token = await test.issuers.sign('acme', { scope: 'tenant:application:create' });
  const answer = await bearing(test.rest, token).post('/applications?dryRun=true', { name: 'a' });
  return answer.status === 201 ? (answer.json() as { tenantId: string }).tenantId : answer.status;
}

async function startWithAll(): Promise<void> {
  test = await startManagedTekton();
  await expect.poll(tenantOfAcmesCallers).toBe('acme');
}

describe('a new tenant with the issuer of another', () => {
  it.each(['before', 'after'])('gets nobody, and shuts nobody out; listed %s it', async (place) => {
    await startWithAll();
    const evil = managedTenant('evil', { issuer: test.issuers.issuerOf('acme') });
    const all = listed(test.issuers);
    test.manager.tenants = place === 'before' ? [evil, ...all] : [...all, evil];
    await expect.poll(test.warnings).toEqual([expect.stringMatching(/acme.*evil|evil.*acme/)]);
    expect(await tenantOfAcmesCallers()).toBe('acme');
    expect((await test.management.get('/health')).status).toBe(200);
    expect(await test.statusOf('globex')).toBe(200);
    test.manager.tenants = all;
    await expect.poll(test.warnings).toEqual([]);
    expect(await tenantOfAcmesCallers()).toBe('acme');
  });

  it('shuts nobody out while the other’s secret changes', async () => {
    await startWithAll();
    test.manager.tenants = [
      ...listed(test.issuers).map((tenant) => ({ ...tenant, client_backend_secret: 'new' })),
      managedTenant('evil', { issuer: test.issuers.issuerOf('acme') }),
    ];
    await expect.poll(test.warnings).toEqual([expect.stringMatching(/acme.*evil|evil.*acme/)]);
    expect(await tenantOfAcmesCallers()).toBe('acme');
  });

  it('is not served where nobody knows who came first', async () => {
    test = await startManagedTekton({
      tenants: (issuers) => [
        ...listed(issuers),
        managedTenant('evil', { issuer: issuers.issuerOf('acme') }),
      ],
    });
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    expect(await tenantOfAcmesCallers()).toBe(401);
    expect(await test.warnings()).toEqual([expect.stringMatching(/acme.*evil|evil.*acme/)]);
  });
});

describe('a standing tenant', () => {
  it('that changes over to the issuer of another gets nobody', async () => {
    await startWithAll();
    test.manager.tenants = listed(test.issuers).map((tenant) =>
      tenant.id === 'globex' ? { ...tenant, issuer: test.issuers.issuerOf('acme') } : tenant,
    );
    await expect.poll(test.warnings).toEqual([expect.stringMatching(/acme/)]);
    expect(await tenantOfAcmesCallers()).toBe('acme');
  });

  it('that is listed twice stays as it was', async () => {
    await startWithAll();
    test.manager.tenants = [
      managedTenant('acme', { issuer: test.issuers.issuerOf('globex') }),
      ...listed(test.issuers),
    ];
    await expect.poll(test.warnings).toHaveLength(1);
    expect(await tenantOfAcmesCallers()).toBe('acme');
    expect(await test.statusOf('globex')).toBe(200);
  });
});
