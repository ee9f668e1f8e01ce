import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  discoveryRequest,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  type AuthorizationServer,
} from 'oauth4webapi';
import { messageOf, RefusedError, UnavailableError } from './errors.js';
import { inTime } from './in-time.js';
import type { ClientCredentials, TokenSource } from './options.js';

const NEVER = new AbortController().signal;

/** A token is renewed when this share of its lifetime is over, so that none expires on its way. */
const RENEW_AFTER = 0.8;

interface HeldToken {
  text: string;
  /** By `performance.now()`. */
  renewAt: number;
  expiresAt: number;
}

/**
 * Tokens by OAuth 2.0 Client Credentials (RFC 6749, section 4.4), from the issuer that its metadata
 * (RFC 8414, OpenID Connect Discovery) describe. One is asked for at a time and used by all.
 */
export class AccessTokens {
  private server: AuthorizationServer | undefined;
  private held: HeldToken | undefined;
  private asking: Promise<HeldToken> | undefined;
  /** By `performance.now()`: an issuer that does not answer is not asked all the time. */
  private notBefore = 0;

  /** @param timeout milliseconds that the issuer may take for an answer */
  constructor(
    private readonly credentials: ClientCredentials,
    private readonly timeout: number,
  ) {}

  /**
   * @param renew the last one was refused
   * @throws UnavailableError if the issuer cannot be reached
   * @throws RefusedError if it gives this client none
   */
  readonly source: TokenSource = async (renew) => {
    const now = performance.now();
    const { held } = this;
    // An issuer that is away, or silent, is no matter as long as the token is good.
    if (held !== undefined && !renew && now < held.expiresAt) {
      if (now >= held.renewAt && now >= this.notBefore) this.renewBeside(now);
      return held.text;
    }
    try {
      return (await this.askOnce()).text;
    } catch (error) {
      throw failure(`No access token from ${this.credentials.issuer}`, error);
    }
  };

  /** Milliseconds for which the last token is good still; Infinity if the issuer did not say. */
  get lifetimeMs(): number {
    return (this.held?.expiresAt ?? 0) - performance.now();
  }

  private renewBeside(now: number): void {
    this.notBefore = now + this.timeout;
    this.askOnce().catch(() => undefined);
  }

  private async askOnce(): Promise<HeldToken> {
    // Two requests at most, each within its time; an answer that stalls must not be waited for by all.
    this.asking ??= inTime(this.ask(), NEVER, 2 * this.timeout).finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(): Promise<HeldToken> {
    const { clientId, clientSecret, issuer, scope } = this.credentials;
    const http = () => ({
      signal: AbortSignal.timeout(this.timeout),
      // Whoever gives an issuer by http, as within a cluster, wants it.
      [allowInsecureRequests]: new URL(issuer).protocol === 'http:',
    });
    const server = (this.server ??= await this.discover(http()));
    const methods = server.token_endpoint_auth_methods_supported;
    const byPost =
      methods?.includes('client_secret_post') === true && !methods.includes('client_secret_basic');
    const client = { client_id: clientId };
    const askedAt = performance.now();
    const response = await clientCredentialsGrantRequest(
      server,
      client,
      byPost ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret),
      scope === undefined ? {} : { scope },
      http(),
    );
    const { access_token: text, expires_in: seconds = Infinity } =
      await processClientCredentialsResponse(server, client, response);
    this.held = {
      text,
      renewAt: askedAt + seconds * 1000 * RENEW_AFTER,
      expiresAt: askedAt + seconds * 1000,
    };
    return this.held;
  }

  private async discover(
    http: Parameters<typeof discoveryRequest>[1],
  ): Promise<AuthorizationServer> {
    const issuer = new URL(this.credentials.issuer);
    return processDiscoveryResponse(issuer, await discoveryRequest(issuer, http));
  }
}

/** What the issuer says (RFC 6749, section 5.2) is more than that it said something. */
function failure(what: string, error: unknown): Error {
  if (error instanceof ResponseBodyError && error.status < 500) {
    const { error: code, error_description: description } = error;
    const said = description === undefined ? code : `${code}: ${description}`;
    return new RefusedError(`${what}: ${said}`, error.status);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return new RefusedError(`${what}: it does not take these client credentials`, error.status);
  }
  return new UnavailableError(`${what}: ${messageOf(error)}`, undefined, { cause: error });
}
