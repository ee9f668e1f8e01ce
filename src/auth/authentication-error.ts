import { TektonError } from '../errors/tekton-error.js';

/** Why a call is not taken for that of anybody, and what the caller is told. */
const REASONS = {
  'no-token': 'This call needs an access token: Authorization: Bearer <token>',
  malformed: 'The access token is not a JWT that can be read',
  'too-long': 'The access token is longer than the limit (the option kaa.security.token-limit)',
  algorithm: 'The access token is signed in a way that is not taken',
  type: 'This is not an access token; an ID or refresh token cannot stand in for one',
  issuer: 'The issuer of the access token is that of no tenant',
  key: 'The issuer has no such key as the access token names',
  signature: 'The signature of the access token is not right',
  expired: 'The access token has expired; get a new one',
  'not-yet-valid': 'The access token is not valid yet',
  audience: 'The access token is meant for somebody else (aud)',
  claims:
    'The access token lacks a claim that it must have, or one is malformed (exp, nbf, iat, sub, azp, client_id)',
  revoked: 'The authorization server does not take the access token any more; get a new one',
} as const;

export type AuthenticationFault = keyof typeof REASONS;

/** 401, with the challenge of RFC 6750 section 3. */
export class AuthenticationError extends TektonError {
  constructor(
    readonly reason: AuthenticationFault,
    cause?: unknown,
  ) {
    super('UNAUTHENTICATED', REASONS[reason], {
      cause,
      headers: { 'www-authenticate': challenge(reason) },
    });
  }
}

/** Who sent no token is not told of an error (section 3.1). */
function challenge(reason: AuthenticationFault): string {
  if (reason === 'no-token') return 'Bearer realm="tekton"';
  return `Bearer realm="tekton", error="invalid_token", error_description="${REASONS[reason]}"`;
}
