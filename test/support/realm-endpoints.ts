import type { PlayedAnswer } from './played-server.js';

/** What a request to a realm is for. */
export type RealmRequestKind = 'discovery' | 'keys' | 'token' | 'decision' | 'resources';

export const FORM = 'application/x-www-form-urlencoded';
export const UMA_GRANT = 'urn:ietf:params:oauth:grant-type:uma-ticket';

const TOKEN = '/protocol/openid-connect/token';
const KEYS = '/protocol/openid-connect/certs';
const RESOURCES = '/authz/protection/resource_set';

/** @returns undefined if there is no such endpoint */
export function kindOf(path: string, form: URLSearchParams): RealmRequestKind | undefined {
  if (/^\/\.well-known\/(openid|uma2)-configuration$/.test(path)) return 'discovery';
  if (path === KEYS) return 'keys';
  if (path === TOKEN) return form.get('grant_type') === UMA_GRANT ? 'decision' : 'token';
  return path === RESOURCES || path.startsWith(`${RESOURCES}/`) ? 'resources' : undefined;
}

/** What the path of a request of kind `resources` names; empty for all of them. */
export function resourceIdOf(path: string): string {
  return decodeURIComponent(path.slice(RESOURCES.length + 1));
}

/** What either document of discovery says. */
export function metadataOf(issuer: string, path: string): Record<string, unknown> {
  return {
    issuer,
    token_endpoint: `${issuer}${TOKEN}`,
    jwks_uri: `${issuer}${KEYS}`,
    grant_types_supported: ['client_credentials', UMA_GRANT],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    ...(path.endsWith('/uma2-configuration') && {
      resource_registration_endpoint: `${issuer}${RESOURCES}`,
      permission_endpoint: `${issuer}/authz/protection/permission`,
      policy_endpoint: `${issuer}/authz/protection/uma-policy`,
    }),
  };
}

/** An error as OAuth 2.0 writes it. */
export function refused(status: number, error: string, description: string): PlayedAnswer {
  return { status, body: { error, error_description: description } };
}
