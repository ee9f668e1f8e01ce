import type { DevelopmentClient } from '../../src/local/development-provider.js';
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

/**
 * @param environment over the settings of the tests
 * @param clients who may ask each tenant's issuer for tokens
 */
export async function startSecureTekton(
  environment: Record<string, string> = {},
  clients: readonly DevelopmentClient[] = [],
): Promise<SecureTekton> {
  const issuers = await startTestIssuers(clients);
  const test = await startTestTekton({ ...securityEnvironment(issuers), ...environment });
  return {
    ...test,
    issuers,
    as: async (tenantId, claims) => bearing(test.rest, await issuers.sign(tenantId, claims)),
    stop: async () => {
      await test.stop();
      await issuers.stop();
    },
  };
}

/** @param clients of each tenant */
export function startTestIssuers(clients: readonly DevelopmentClient[] = []): Promise<TestIssuers> {
  return TestIssuers.start({
    tenants: TENANT_IDS.map((id) => ({ id, audience: AUDIENCE, clients })),
  });
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

/** A client that carries this token. */
export function bearing(rest: RestClient, token: string): RestClient {
  return rest.with({ authorization: `Bearer ${token}` });
}
