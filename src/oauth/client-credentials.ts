import { membersOf, requestJson } from './http-json.js';
import type { Issuer } from './issuer.js';
import { RemoteError } from './remote-error.js';
import { Remembered } from './remembered.js';

/** Of a token's life, left unused, so that it does not end on its way. */
const MARGIN = 0.1;
const LONGEST_MARGIN_MS = 30_000;
/** For a server that does not say how long its token lives (RFC 6749 section 5.1). */
const UNKNOWN_LIFETIME_S = 60;

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Access tokens for Tekton itself (RFC 6749 section 4.4), each kept for most of its life. */
export class OwnToken {
  private readonly remembered: Remembered<string>;

  constructor(
    private readonly issuer: Issuer,
    private readonly credentials: ClientCredentials,
  ) {
    this.remembered = new Remembered(() => this.fetch());
  }

  /** @throws {RemoteError} if the issuer does not give one */
  get(): Promise<string> {
    return this.remembered.get();
  }

  /** For a token that was refused. */
  forget(): void {
    this.remembered.forget();
  }

  private async fetch(): Promise<{ value: string; lifetimeMs: number }> {
    const endpoint = await this.issuer.endpoint('openid-configuration', 'token_endpoint');
    const { status, body } = await requestJson(endpoint, {
      purpose: 'token',
      method: 'POST',
      headers: { authorization: basic(this.credentials) },
      form: new URLSearchParams({ grant_type: 'client_credentials' }),
      timeoutMs: this.issuer.timeoutMs,
    });
    const { access_token: token, expires_in: lifetime, error } = membersOf(body);
    if (status !== 200 || typeof token !== 'string') {
      const why = typeof error === 'string' ? ` (${error})` : '';
      throw new RemoteError(
        `${endpoint} gives no token to the client ${this.credentials.clientId}: it answered ${status}${why}`,
      );
    }
    const lifetimeMs = (typeof lifetime === 'number' ? lifetime : UNKNOWN_LIFETIME_S) * 1000;
    const margin = Math.min(lifetimeMs * MARGIN, LONGEST_MARGIN_MS);
    return { value: token, lifetimeMs: lifetimeMs - margin };
  }
}

/** RFC 6749 section 2.3.1: both are form-encoded first. */
function basic({ clientId, clientSecret }: ClientCredentials): string {
  const encoded = [clientId, clientSecret].map((text) =>
    encodeURIComponent(text).replaceAll('%20', '+'),
  );
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}
