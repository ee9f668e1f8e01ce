import type { JWTHeaderParameters, JWTPayload } from 'jose';
import type { Tenant } from '../tenancy/tenant.js';
import { AuthenticationError } from './authentication-error.js';
import type { Caller } from './caller.js';
import { Permissions } from './permissions.js';

/** Header `typ` of access tokens: RFC 9068 section 2.1, and what Keycloak writes. */
const HEADER_TYPES = ['at+jwt', 'application/at+jwt', 'jwt', 'application/jwt'];
/** Claim `typ` that Keycloak writes: `ID`, `Refresh` and others are not for us. */
const ACCESS_TOKEN_TYPE = 'Bearer';
/** OpenID Connect Core 1.0 section 2: `sub` has at most 255 characters. */
const LONGEST_NAME = 255;
/** What neither the database nor a line of the log should hold. */
const UNPRINTABLE = /\p{Cc}|\p{Cs}/u;

export interface TokenRules {
  readonly algorithms: readonly string[];
  readonly leewaySeconds: number;
}

/**
 * Holds a token's header to the rules, before anything is asked of its issuer.
 *
 * @throws {AuthenticationError}
 */
export function checkHeader(
  header: Readonly<Record<string, unknown>>,
  { algorithms }: TokenRules,
): JWTHeaderParameters {
  const { alg, typ, kid, crit } = header;
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw new AuthenticationError('algorithm');
  }
  if (typ !== undefined && !(typeof typ === 'string' && HEADER_TYPES.includes(typ.toLowerCase()))) {
    throw new AuthenticationError('type');
  }
  // Extensions that must be understood (RFC 7515 section 4.1.11): there are none that we do.
  if (crit !== undefined || (kid !== undefined && typeof kid !== 'string')) {
    throw new AuthenticationError('malformed');
  }
  return header as unknown as JWTHeaderParameters;
}

/**
 * Holds the claims of a token, whose signature, `exp` and `nbf` are right, to the other rules.
 *
 * @throws {AuthenticationError}
 */
export function toCaller(
  token: string,
  claims: JWTPayload,
  tenant: Tenant,
  { leewaySeconds }: TokenRules,
): Caller {
  const { exp, iat, typ } = claims;
  if (typ !== undefined && typ !== ACCESS_TOKEN_TYPE) throw new AuthenticationError('type');
  if (typeof exp !== 'number') throw new AuthenticationError('claims');
  if (iat !== undefined) {
    if (typeof iat !== 'number') throw new AuthenticationError('claims');
    if (iat > Date.now() / 1000 + leewaySeconds) throw new AuthenticationError('not-yet-valid');
  }
  if (tenant.audience !== undefined && !audiences(claims).includes(tenant.audience)) {
    throw new AuthenticationError('audience');
  }
  const client = nameOf(claims.azp ?? claims.client_id);
  // Keycloak leaves `sub` out of the tokens that it makes light.
  const subject = nameOf(claims.sub) ?? client;
  if (subject === undefined) throw new AuthenticationError('claims');
  return {
    tenant,
    tenantId: tenant.id,
    subject,
    client: client ?? null,
    token,
    expiresAt: exp * 1000,
    permissions: Permissions.of(claims),
  };
}

function audiences({ aud }: JWTPayload): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud];
}

/** @throws {AuthenticationError} */
function nameOf(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  if (typeof claim !== 'string' || claim === '' || claim.length > LONGEST_NAME) {
    throw new AuthenticationError('claims');
  }
  if (UNPRINTABLE.test(claim)) throw new AuthenticationError('claims');
  return claim;
}
