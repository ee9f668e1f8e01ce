import { PlayedKeycloak } from './played-keycloak.js';
import type { PlayedRealm } from './played-realm.js';
import type { RestClient } from './rest-client.js';
import { TENANT_IDS, type TestTenant } from './secure-tekton.js';
import { startTestTekton, type TestTekton } from './test-tekton.js';

/** As whom Tekton asks each realm. */
export const RESOURCE_SERVER = { clientId: 'tekton', clientSecret: 'tekton secret' } as const;

/** A Tekton that leaves it to Keycloak what callers may do. */
export interface UmaTekton extends TestTekton {
  keycloak: PlayedKeycloak;
  realm: (tenantId: TestTenant) => PlayedRealm;
  /** A client that carries a token of a user. */
  as: (tenantId: TestTenant, subject: string) => Promise<RestClient>;
}

/** @param environment over the settings of the tests */
export async function startUmaTekton(
  environment: Record<string, string> = {},
  options: { pathPrefix?: string } = {},
): Promise<UmaTekton> {
  const keycloak = await startKeycloak(options);
  const test = await startTestTekton({ ...umaEnvironment(keycloak), ...environment });
  const realm = (tenantId: TestTenant) => keycloak.realm(tenantId);
  return {
    ...test,
    keycloak,
    realm,
    as: async (tenantId, sub) =>
      test.rest.with({ authorization: `Bearer ${await realm(tenantId).tokenFor({ sub })}` }),
    stop: async () => {
      await test.stop();
      await keycloak.stop();
    },
  };
}

/** A Keycloak with what a platform's installer puts into each realm. */
export async function startKeycloak(
  options: { pathPrefix?: string } = {},
): Promise<PlayedKeycloak> {
  const keycloak = await PlayedKeycloak.start({
    realms: Object.fromEntries(TENANT_IDS.map((id) => [id, [RESOURCE_SERVER] as const])),
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

const PLATFORM_SCOPES = [
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
