import { KeyObject } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { requestJson } from './http-json.js';
import type { Issuer } from './issuer.js';
import { RemoteError } from './remote-error.js';

/** Keys that were withdrawn at the issuer are taken for no longer than this. */
const KEYS_LIFETIME_MS = 600_000;
/** After a failed fetch, everybody is told of it for so long. */
const RETRY_MS = 1000;

/** How long an issuer's keys are used. */
export interface KeyTimes {
  /** Within which made-up key IDs do not make Tekton fetch the keys again. */
  readonly cooldownMs: number;
  /** For which known keys are used on while the issuer cannot be reached. */
  readonly staleMs: number;
}

/** Bits that an RSA key must have (RFC 7518 section 3.3). */
const SHORTEST_RSA_KEY = 2048;

function isStrong({ asymmetricKeyDetails: details }: KeyObject): boolean {
  return details?.modulusLength === undefined || details.modulusLength >= SHORTEST_RSA_KEY;
}

/** The keys that an issuer signs with (RFC 7517), by key ID. */
export class IssuerKeys {
  private readonly keySet: ReturnType<typeof createRemoteJWKSet>;
  private failure: { error: RemoteError; until: number } | undefined;
  private fetchedAt = -Infinity;

  /** @param jwksUri where the keys are; found in the issuer's metadata if it is not given */
  constructor(
    private readonly issuer: Issuer,
    private readonly jwksUri: string | undefined,
    private readonly times: KeyTimes,
  ) {
    this.keySet = createRemoteJWKSet(new URL(jwksUri ?? issuer.location.issuer), {
      cooldownDuration: times.cooldownMs,
      cacheMaxAge: KEYS_LIFETIME_MS,
      [customFetch]: () => this.fetch(),
    });
  }

  /**
   * The key that a token's header names.
   *
   * @returns `undefined` if the issuer has no such key, or none that can be used so
   * @throws {RemoteError} if the keys cannot be had
   */
  async find(header: JWTHeaderParameters): Promise<KeyObject | undefined> {
    try {
      const key = KeyObject.from(await this.findFresh(header));
      return isStrong(key) ? key : undefined;
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      if (error instanceof errors.JWKSInvalid) throw this.unreadable(error);
      // None, or several without an ID to choose by, or one that is malformed.
      return undefined;
    }
  }

  private async findFresh(header: JWTHeaderParameters): Promise<CryptoKey> {
    try {
      return await this.keySet(header);
    } catch (error) {
      const isRecent = Date.now() < this.fetchedAt + this.times.staleMs;
      if (!(error instanceof RemoteError) || !isRecent) throw error;
      const known = this.keySet.jwks();
      if (!known) throw error;
      try {
        return await createLocalJWKSet(known)(header);
      } catch {
        // It may be a new one: that cannot be found out now.
        throw error;
      }
    }
  }

  private async fetch(): Promise<Response> {
    if (this.failure && Date.now() < this.failure.until) throw this.failure.error;
    try {
      const uri = this.jwksUri ?? (await this.issuer.endpoint('openid-configuration', 'jwks_uri'));
      const { status, body } = await requestJson(uri, {
        purpose: 'keys',
        timeoutMs: this.issuer.timeoutMs,
      });
      if (status !== 200 || body === undefined) {
        throw new RemoteError(`${uri} answered ${status} without keys`);
      }
      this.fetchedAt = Date.now();
      return Response.json(body);
    } catch (error) {
      // They may have moved.
      this.issuer.forget();
      this.failure = { error: this.unreadable(error), until: Date.now() + RETRY_MS };
      throw this.failure.error;
    }
  }

  private unreadable(cause: unknown): RemoteError {
    const { issuer } = this.issuer.location;
    return new RemoteError(`The keys of ${issuer} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
