import { RestClient } from './rest-client.js';
import { TestIssuers } from './test-issuers.js';
import { startTestTekton, type TestTekton } from './test-tekton.js';

/** The system tenant and two customers, each with real issuers of its own. */
export const TENANT_IDS = ['kaa', 'acme', 'globex'] as const;
export type TestTenant = (typeof TENANT_IDS)[number];

export const AUDIENCE = 'tekton';

/** A Tekton with security on. */
export interface SecureTekton extends TestTekton {
  issuers: TestIssuers;
  /** A client that carries a token of a tenant with these claims. */
  as: (tenantId: TestTenant, claims?: Record<string, unknown>) => Promise<RestClient>;
}

/** @param environment over the settings of the tests */
export async function startSecureTekton(
  environment: Record<string, string> = {},
): Promise<SecureTekton> {
  const issuers = await TestIssuers.start({
    tenants: TENANT_IDS.map((id) => ({ id, audience: AUDIENCE, clients: [] })),
  });
  const test = await startTestTekton({ ...securityEnvironment(issuers), ...environment });
  return {
    ...test,
    issuers,
    as: async (tenantId, claims) =>
      test.rest.with({ authorization: `Bearer ${await issuers.sign(tenantId, claims)}` }),
    stop: async () => {
      await test.stop();
      await issuers.stop();
    },
  };
}

/** Settings of a Tekton that takes the tokens of these issuers. */
export function securityEnvironment(issuers: TestIssuers): Record<string, string> {
  const tenants = TENANT_IDS.map((id) => ({
    id,
    issuer: issuers.issuerOf(id),
    audience: AUDIENCE,
  }));
  return { KAA_SECURITY_ENABLED: 'true', KAA_TENANCY_TENANTS: JSON.stringify(tenants) };
}
