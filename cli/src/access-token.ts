import { AccessTokens, RefusedError, type TokenSource } from 'tekton-client';
import { CommandError } from './command-error.js';
import type { CredentialsFile } from './credentials-file.js';
import { EXIT } from './exit-code.js';
import { messageOf } from './message-of.js';

/** Client credentials (RFC 6749, section 4.4) as a command has been given them. */
export interface GivenCredentials {
  issuer: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
}

/** RFC 6750, section 2.1. */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Where tokens come from: TEKTON_TOKEN, else client credentials in the environment, else the last
 * login; undefined if there is none of them, as for a Tekton with its security off.
 *
 * @throws {CommandError} if what is there cannot be used
 */
export async function findToken(
  url: string,
  env: NodeJS.ProcessEnv,
  file: CredentialsFile,
  timeout: number,
): Promise<TokenSource | undefined> {
  const { TEKTON_TOKEN: token = '' } = env;
  if (token !== '') {
    if (!BEARER_TOKEN.test(token)) {
      throw new CommandError('TEKTON_TOKEN holds characters that no token has', EXIT.usage);
    }
    return () => token;
  }
  const credentials = credentialsIn(env);
  if (credentials !== undefined) {
    const text = await requestToken(credentials, timeout);
    return () => text.accessToken;
  }
  const held = await file.find(url);
  if (held === undefined) return undefined;
  if (held.expiresAt !== null && held.expiresAt <= Date.now()) {
    throw new CommandError(
      `The login of ${held.clientId} at ${held.issuer} has expired. Log in again: tekton login`,
      EXIT.denied,
    );
  }
  return () => held.accessToken;
}

/**
 * Asks an issuer for a token.
 *
 * @throws {CommandError} if it gives none
 */
export async function requestToken(
  credentials: GivenCredentials,
  timeout: number,
): Promise<{ accessToken: string; expiresAt: number | null }> {
  if (!URL.canParse(credentials.issuer)) {
    throw new CommandError(`The issuer "${credentials.issuer}" is not a URL`, EXIT.usage);
  }
  const tokens = new AccessTokens(credentials, timeout);
  try {
    const accessToken = await tokens.source(false);
    const { lifetimeMs } = tokens;
    return { accessToken, expiresAt: Number.isFinite(lifetimeMs) ? Date.now() + lifetimeMs : null };
  } catch (error) {
    const code = error instanceof RefusedError ? EXIT.denied : EXIT.unavailable;
    throw new CommandError(messageOf(error), code, undefined, { cause: error });
  }
}

function credentialsIn(env: NodeJS.ProcessEnv): GivenCredentials | undefined {
  const { TEKTON_ISSUER: issuer = '', TEKTON_CLIENT_ID: clientId = '' } = env;
  const { TEKTON_CLIENT_SECRET: clientSecret = '', TEKTON_SCOPE: scope = '' } = env;
  // The secret alone may be there for `tekton login`.
  if (issuer === '' || clientId === '' || clientSecret === '') return undefined;
  return { issuer, clientId, clientSecret, ...(scope !== '' && { scope }) };
}
