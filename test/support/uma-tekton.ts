import { PlayedKeycloak } from './played-keycloak.js';
import type { PlayedRealm } from './played-realm.js';
import type { RestClient } from './rest-client.js';
import { bearing, TENANT_IDS, type TestTenant } from './secure-tekton.js';
import { startTestTekton, type TestTekton } from './test-tekton.js';

/** As whom Tekton asks each realm. */
export const RESOURCE_SERVER = { clientId: 'tekton', clientSecret: 'tekton secret' } as const;

/** A Tekton that leaves it to Keycloak what callers may do. */
export interface UmaTekton extends TestTekton {
  keycloak: PlayedKeycloak;
  realm: (tenantId: TestTenant) => PlayedRealm;
  /** A client that carries a new token of a user. */
  as: (tenantId: TestTenant, subject: string) => Promise<RestClient>;
}

export interface KeycloakOptions {
  pathPrefix?: string;
  publicBase?: string;
  /** Whether Tekton's service account has the role `uma_protection`; default true. */
  umaProtection?: boolean;
}

/** @param environment over the settings of the tests */
export async function startUmaTekton(
  environment: Record<string, string> = {},
  options: KeycloakOptions = {},
): Promise<UmaTekton> {
  const keycloak = await startKeycloak(options);
  return startTektonBefore(keycloak, { ...umaEnvironment(keycloak), ...environment });
}

/** A Tekton and the Keycloak that its settings lead to; it takes that along when it stops. */
export async function startTektonBefore(
  keycloak: PlayedKeycloak,
  environment: Record<string, string>,
): Promise<UmaTekton> {
  const test = await startTestTekton(environment);
  const realm = (tenantId: TestTenant) => keycloak.realm(tenantId);
  return {
    ...test,
    keycloak,
    realm,
    as: async (tenantId, sub) => bearing(test.rest, await realm(tenantId).tokenFor({ sub })),
    stop: async () => {
      await test.stop();
      await keycloak.stop();
    },
  };
}

/** A Keycloak with what a platform's installer puts into each realm. */
export async function startKeycloak({
  umaProtection = true,
  ...options
}: KeycloakOptions = {}): Promise<PlayedKeycloak> {
  const client = { ...RESOURCE_SERVER, umaProtection };
  const keycloak = await PlayedKeycloak.start({
    realms: Object.fromEntries(TENANT_IDS.map((id) => [id, [client] as const])),
    ...options,
  });
  for (const id of TENANT_IDS) {
    const { resources } = keycloak.realm(id);
    const owner = RESOURCE_SERVER.clientId;
    resources.add({ name: 'tenant-system', owner, scopes: ['tenant:application:create'] });
    if (id !== 'kaa') continue;
    const scopes = [...PLATFORM_SCOPES];
    resources.add({ name: 'kaa-system', owner, scopes });
  }
  return keycloak;
}

export const PLATFORM_SCOPES: readonly string[] = [
  'kaa:application:create',
  'kaa:application:read',
  'kaa:application:update',
  'kaa:tenant:configuration:read',
];

/** Settings of a Tekton whose tenants have these realms. */
export function umaEnvironment(keycloak: PlayedKeycloak): Record<string, string> {
  const tenants = TENANT_IDS.map((id) => ({
    id,
    issuer: keycloak.realm(id).issuer,
    ...RESOURCE_SERVER,
  }));
  return {
    KAA_SECURITY_ENABLED: 'true',
    KAA_SECURITY_AUTHORIZATION: 'uma',
    KAA_TENANCY_TENANTS: JSON.stringify(tenants),
  };
}
