import type { JWK } from 'jose';
import type { Adapter, Configuration, Provider } from 'oidc-provider';
import { LocalError } from './local-error.js';

/** Who may ask an issuer for tokens, by the grant `client_credentials`. */
export interface DevelopmentClient {
  clientId: string;
  clientSecret: string;
  /** Plain scopes that it may ask for; without asking it gets all. */
  scopes: readonly string[];
  /** Put into the claim `authorization.permissions` of its tokens, as Keycloak does. */
  permissions?: readonly { rsname: string; scopes: readonly string[] }[];
}

/** A tenant whose issuer is served. */
export interface DevelopmentTenant {
  id: string;
  /** The claim `aud` of its tokens; default `tekton`. */
  audience?: string;
  clients: readonly DevelopmentClient[];
}

/** What {@link createDevelopmentProvider} needs. */
export interface DevelopmentProviderOptions {
  /** The URL of the issuer, without a slash at its end. */
  issuer: string;
  tenant: DevelopmentTenant;
  /** Private keys; all are published, the first signs. */
  keys: readonly JWK[];
  tokenSeconds: number;
}

/** The claim `aud` of tokens if the tenant has no other. */
export const DEVELOPMENT_AUDIENCE = 'tekton';

/** Tokens are for this; a client that names no resource gets it. RFC 8707 wants a URI. */
const RESOURCE = 'urn:tekton';

/** A real authorisation server for one tenant that issues access tokens as RFC 9068 describes them. */
export async function createDevelopmentProvider(
  options: DevelopmentProviderOptions,
): Promise<Provider> {
  const { Provider } = await loadOidcProvider();
  return new Provider(options.issuer, configurationOf(options));
}

function configurationOf({
  tenant,
  keys,
  tokenSeconds,
}: DevelopmentProviderOptions): Configuration {
  const clients = new Map(tenant.clients.map((client) => [client.clientId, client]));
  return {
    adapter: forgetful,
    jwks: { keys },
    scopes: [],
    claims: {},
    responseTypes: [],
    clients: tenant.clients.map(({ clientId, clientSecret }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    ttl: { ClientCredentials: tokenSeconds },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: ({ oidc }, _resource, { clientId }) => {
          const scope = clients.get(clientId)?.scopes.join(' ') ?? '';
          if (oidc.params !== undefined) oidc.params.scope ??= scope;
          return {
            scope,
            audience: tenant.audience ?? DEVELOPMENT_AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: tokenSeconds,
            jwt: { sign: { alg: 'RS256', kid: keys[0]?.kid } },
          };
        },
      },
    },
    extraTokenClaims: (_context, { clientId }) => {
      const permissions = clients.get(clientId ?? '')?.permissions;
      return permissions && { authorization: { permissions } };
    },
  };
}

/** There is nothing to store: the clients are given, and access tokens carry what they say. */
function forgetful(): Adapter {
  const nothing = () => Promise.resolve(undefined);
  return {
    upsert: nothing,
    find: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
}

let loading: Promise<typeof import('oidc-provider')> | undefined;

/** Loaded only when it is needed, as it is no part of a deployed Tekton. */
async function loadOidcProvider(): Promise<typeof import('oidc-provider')> {
  // It needs this of Node.js, which came within the life of versions that Tekton supports.
  if (!('parse' in URL)) {
    throw new LocalError(
      `The development issuer does not run on Node.js ${process.version}: take the latest 20, or 22 and later.`,
    );
  }
  return (loading ??= withoutWarnings(() => import('oidc-provider'))).catch((error: unknown) => {
    loading = undefined;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LocalError(
      'The development issuer needs the development dependencies: run `npm install` without --omit=dev.',
    );
  });
}

/** It warns of every Node.js before 22 when it is loaded, though it runs on 20 too. */
async function withoutWarnings<Result>(work: () => Promise<Result>): Promise<Result> {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('oidc-provider WARNING')) warn(...words);
  };
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
