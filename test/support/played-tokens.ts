import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT, type JWK, type JWTPayload } from 'jose';
import { takeRsaKey } from './signing-key-pool.js';

/** The tokens of a realm: signs them, and knows which are still good. */
export class PlayedTokens {
  private live = new Set<string>();
  private readonly publicKey: JWK;

  private constructor(
    private readonly issuer: string,
    private readonly privateKey: JWK,
  ) {
    const { kty, n, e, alg, use, kid } = privateKey;
    this.publicKey = { kty, n, e, alg, use, kid } as JWK;
  }

  static create(issuer: string): PlayedTokens {
    return new PlayedTokens(issuer, takeRsaKey('RS256'));
  }

  /** As the endpoint for keys answers. */
  get keySet(): { keys: JWK[] } {
    return { keys: [this.publicKey] };
  }

  /**
   * An access token as Keycloak makes it: its header says `JWT`, its payload `Bearer`.
   * @param claims over the usual ones; undefined leaves one out
   * @param seconds until it expires; below 0 it has expired
   */
  async issue(claims: Record<string, unknown>, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const jti = randomUUID();
    this.live.add(jti);
    const payload = {
      exp: now + seconds,
      iat: now,
      jti,
      iss: this.issuer,
      aud: 'account',
      typ: 'Bearer',
      scope: 'profile email',
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.privateKey.kid ?? '' })
      .sign(await importJWK(this.privateKey, 'RS256'));
  }

  /** What a token says; undefined if it is none of ours, has expired, or was revoked. */
  async verify(token: string): Promise<JWTPayload | undefined> {
    try {
      const keys = createLocalJWKSet(this.keySet);
      const { payload } = await jwtVerify(token, keys, { issuer: this.issuer });
      return this.live.has(payload.jti ?? '') ? payload : undefined;
    } catch {
      return undefined;
    }
  }

  /** All tokens until now are no longer good, whatever they say, as after a logout of everybody. */
  revokeAll(): void {
    this.live = new Set();
  }
}
