import type { IncomingHttpHeaders } from 'node:http';
import { TektonError } from '../errors/tekton-error.js';
import { AuthenticationError } from './authentication-error.js';

/** RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const IS_BEARER = /^bearer\b/i;

/**
 * The access token of a request: in its header, and nowhere else.
 *
 * @throws {AuthenticationError} if there is none
 * @throws {TektonError} MALFORMED_REQUEST if it stands in the URL, where logs and caches keep it
 */
export function bearerToken(
  { authorization }: IncomingHttpHeaders,
  query: Readonly<Record<string, unknown>>,
): string {
  if ('access_token' in query) {
    throw new TektonError(
      'MALFORMED_REQUEST',
      'An access token in the URL is not taken; send it as Authorization: Bearer <token>, and replace this one: URLs are logged',
      { headers: { 'www-authenticate': 'Bearer realm="tekton", error="invalid_request"' } },
    );
  }
  if (authorization === undefined || !IS_BEARER.test(authorization)) {
    throw new AuthenticationError('no-token');
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new AuthenticationError('malformed');
  return token;
}
