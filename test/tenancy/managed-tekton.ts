import type { DevelopmentClient } from '../../src/local/development-provider.js';
import {
  managedTenant,
  PlayedTenantManager,
  type ManagedTenant,
} from '../support/played-tenant-manager.js';
import {
  bearing,
  startTestIssuers,
  TENANT_IDS,
  type TestTenant,
} from '../support/secure-tekton.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

/** A Tekton that has its tenants from a Tenant Manager. */
export interface ManagedTekton extends TestTekton {
  issuers: TestIssuers;
  manager: PlayedTenantManager;
  /** What a caller is answered with that has a token of the issuer which a test has for a tenant. */
  statusOf: (tenantId: TestTenant, claims?: Record<string, unknown>) => Promise<number>;
  /** What the health of the management interface warns of. */
  warnings: () => Promise<string[]>;
}

export interface ManagedOptions {
  /** Over the settings of the tests. */
  environment?: (issuers: TestIssuers, manager: PlayedTenantManager) => Record<string, string>;
  /** What is listed at the start; default all tenants, each with its issuer. */
  tenants?: (issuers: TestIssuers) => ManagedTenant[];
  /** Who may ask each issuer for tokens. */
  clients?: readonly DevelopmentClient[];
  /** Does something to the Tenant Manager before Tekton starts. */
  prepare?: (manager: PlayedTenantManager, issuers: TestIssuers) => void;
}

/** Resolves before the list of tenants was read. */
export async function startManagedTekton({
  environment,
  tenants = listed,
  clients,
  prepare,
}: ManagedOptions = {}): Promise<ManagedTekton> {
  const issuers = await startTestIssuers(clients);
  const manager = await PlayedTenantManager.start();
  manager.tenants = tenants(issuers);
  prepare?.(manager, issuers);
  const test = await startTestTekton({
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANT_MANAGER_URL: manager.url,
    KAA_TENANT_MANAGER_TIMEOUT: '1',
    KAA_TENANCY_REFRESH_INTERVAL: '1',
    ...environment?.(issuers, manager),
  });
  return {
    ...test,
    issuers,
    manager,
    statusOf: async (tenantId, claims) => {
      const token = await issuers.sign(tenantId, claims);
      return (await bearing(test.rest, token).get('/service-instances')).status;
    },
    warnings: async () => {
      const { json } = await test.management.get('/health');
      return (json() as { warnings?: string[] }).warnings ?? [];
    },
    stop: async () => {
      await test.stop();
      await manager.stop();
      await issuers.stop();
    },
  };
}

/** All tenants, each with its issuer. */
export function listed(issuers: TestIssuers): ManagedTenant[] {
  return TENANT_IDS.map((id) => managedTenant(id, { issuer: issuers.issuerOf(id) }));
}
