import { KeyObject } from 'node:crypto';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTHeaderParameters,
} from 'jose';
import type { Issuer } from './issuer.js';
import { RemoteError } from './remote-error.js';

/** Keys that were withdrawn at the issuer are taken for no longer than this. */
const KEYS_LIFETIME_MS = 600_000;
/** After a failed fetch, everybody is told of it for so long. */
const RETRY_MS = 1000;

/** What says that the issuer has no key for a header, rather than that its keys cannot be had. */
const NO_SUCH_KEY = [
  errors.JWKSNoMatchingKey,
  // No key ID, where there are several keys of the kind.
  errors.JWKSMultipleMatchingKeys,
  // A key that by what it says of itself cannot be used so.
  errors.JOSENotSupported,
];

/** The keys that an issuer signs with (RFC 7517), by key ID. */
export class IssuerKeys {
  private readonly keySet: ReturnType<typeof createRemoteJWKSet>;
  private failure: { error: RemoteError; until: number } | undefined;

  /**
   * @param jwksUri where the keys are; found in the issuer's metadata if it is not given
   * @param cooldownMs within which made-up key IDs do not make it fetch the keys again
   */
  constructor(
    private readonly issuer: Issuer,
    private readonly jwksUri: string | undefined,
    cooldownMs: number,
  ) {
    this.keySet = createRemoteJWKSet(new URL(jwksUri ?? issuer.location.issuer), {
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_LIFETIME_MS,
      timeoutDuration: issuer.timeoutMs,
      [customFetch]: (_, options) => this.fetch(options),
    });
  }

  /**
   * The key that a token's header names.
   *
   * @returns `undefined` if the issuer has no such key
   * @throws {RemoteError} if the keys cannot be had
   */
  async find(header: JWTHeaderParameters): Promise<KeyObject | undefined> {
    try {
      return KeyObject.from(await this.keySet(header));
    } catch (error) {
      if (NO_SUCH_KEY.some((kind) => error instanceof kind)) return undefined;
      throw error instanceof RemoteError ? error : this.unreadable(error);
    }
  }

  /** Keys that are known already are used on also while new ones cannot be fetched. */
  private async fetch(options: Parameters<FetchImplementation>[1]): Promise<Response> {
    if (this.failure && Date.now() < this.failure.until) throw this.failure.error;
    try {
      const uri = this.jwksUri ?? (await this.issuer.endpoint('openid-configuration', 'jwks_uri'));
      const response = await fetch(uri, options);
      if (response.status !== 200) throw new Error(`${uri} answered ${response.status}`);
      return response;
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
