import { APPLICATION_SCOPES, Scope } from '../auth/scopes.js';
import { SYSTEM_TENANT } from '../tenancy/tenant.js';
import type { DevelopmentClient, DevelopmentTenant } from './development-provider.js';

/**
 * What people work with. The secrets are no secrets: without `--secure` whoever can reach the API needs
 * none at all, and known ones make commands that can be written down.
 */
const DASHBOARD: DevelopmentClient = {
  clientId: 'dashboard',
  clientSecret: 'dashboard-secret',
  scopes: [...APPLICATION_SCOPES, Scope.ApplicationCreate],
};

/** A service of the platform, which works for all tenants. */
const SERVICE: DevelopmentClient = {
  clientId: 'service',
  clientSecret: 'service-secret',
  scopes: [
    Scope.PlatformApplicationRead,
    Scope.PlatformApplicationUpdate,
    Scope.PlatformApplicationCreate,
    Scope.PlatformTenantConfigurationRead,
  ],
};

/** The tenants of `npm start -- --secure`: the system tenant and two customers. */
export const DEVELOPMENT_TENANTS: readonly DevelopmentTenant[] = [
  { id: SYSTEM_TENANT, clients: [DASHBOARD, SERVICE] },
  { id: 'acme', clients: [DASHBOARD] },
  { id: 'globex', clients: [DASHBOARD] },
];
