import { DevelopmentIssuers } from './development-issuer.js';
import { DEVELOPMENT_AUDIENCE } from './development-provider.js';
import { DEVELOPMENT_TENANTS } from './development-tenants.js';
import { isSet } from './environment.js';
import { LocalError } from './local-error.js';
import type { LocalPartsOptions } from './local-parts.js';

/** Always the same one, so that the URLs of issuers, by which Tekton knows tenants, stay the same. */
const DEFAULT_PORT = 8082;

/**
 * Starts the issuers of the development tenants, at DEVELOPMENT_ISSUER_PORT (0: a free port), and sets
 * what makes Tekton take their tokens, unless the environment says something else.
 *
 * Their keys are new at each start. To keep them would put private keys on disk, and spare nothing but
 * asking for a new token: Tekton starts and stops with the issuers, so nobody has the old keys.
 * @throws LocalError if the port is taken or is none
 */
export async function startDevelopmentIssuers({
  env,
  started,
}: Pick<LocalPartsOptions, 'env' | 'started'>): Promise<DevelopmentIssuers> {
  const issuers = await startAt(portIn(env));
  started({ name: 'the development issuer', stop: () => issuers.stop() });
  const tenants = DEVELOPMENT_TENANTS.map(({ id, audience = DEVELOPMENT_AUDIENCE }) => ({
    id,
    issuer: issuers.issuerOf(id),
    audience,
  }));
  setUnlessSet(env, {
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANCY_SOURCE: 'static',
    KAA_TENANCY_TENANTS: JSON.stringify(tenants),
    // With security on Tekton would listen to everybody, for whom tokens with known secrets are no bar.
    HTTP_HOST: '127.0.0.1',
  });
  return issuers;
}

async function startAt(port: number): Promise<DevelopmentIssuers> {
  try {
    return await DevelopmentIssuers.start({ tenants: DEVELOPMENT_TENANTS, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new LocalError(
      `Another program uses the port of the development issuer, ${port}. Choose another: ` +
        'DEVELOPMENT_ISSUER_PORT=9082 npm start -- --secure',
    );
  }
}

function portIn({ DEVELOPMENT_ISSUER_PORT: value = '' }: NodeJS.ProcessEnv): number {
  if (value === '') return DEFAULT_PORT;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new LocalError(`DEVELOPMENT_ISSUER_PORT must be a port from 0 to 65535, not "${value}".`);
}

function setUnlessSet(env: NodeJS.ProcessEnv, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isSet(env, name)) env[name] = value;
  }
}
