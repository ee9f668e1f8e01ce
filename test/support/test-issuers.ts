import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { DevelopmentIssuers, type IssuerRequest } from '../../src/local/development-issuer.js';
import type { DevelopmentTenant } from '../../src/local/development-provider.js';
import { makeSigningKey } from '../../src/local/signing-keys.js';
import { takeRsaKey } from './signing-key-pool.js';
import { answerFaultily, type FaultyAnswer } from './played-fault.js';

/** How an issuer misbehaves. */
export type IssuerFault = 'none' | FaultyAnswer;

/** How often was asked for what. */
export interface IssuerRequests {
  discovery: number;
  jwks: number;
  token: number;
}

/** The header of a token: `alg`, `kid`, `typ` and whatever else; undefined leaves one out. */
export type TokenHeader = Record<string, unknown>;

const PATHS: Readonly<Record<string, keyof IssuerRequests>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'jwks',
  '/token': 'token',
};

/** Real issuers whose keys a test has, and which it can break. */
export class TestIssuers {
  private readonly keys = new Map<string, Keys>();
  private readonly faults = new Map<string, IssuerFault>();
  private readonly counts = new Map<string, IssuerRequests>();
  private readonly audiences: ReadonlyMap<string, string>;
  private issuers!: DevelopmentIssuers;

  private constructor(tenants: readonly DevelopmentTenant[]) {
    this.audiences = new Map(tenants.map(({ id, audience = 'tekton' }) => [id, audience]));
  }

  /** @param options.tokenSeconds how long tokens are good for; default 3600 */
  static async start(options: {
    tenants: readonly DevelopmentTenant[];
    port?: number;
    tokenSeconds?: number;
  }): Promise<TestIssuers> {
    const test = new TestIssuers(options.tenants);
    test.issuers = await DevelopmentIssuers.start({
      ...options,
      keysOf: async (tenantId) => {
        const keys = await makeKeys();
        test.keys.set(tenantId, keys);
        return Object.values(keys);
      },
      intercept: (request) => test.intercept(request),
    });
    return test;
  }

  /** Where they all are. */
  get url(): string {
    return this.issuers.url;
  }

  issuerOf(tenantId: string): string {
    return this.issuers.issuerOf(tenantId);
  }

  /** A new token by `client_credentials`, through HTTP. */
  token(tenantId: string, clientId: string, scope?: string): Promise<string> {
    return this.issuers.token(tenantId, clientId, scope);
  }

  /**
   * A JWT signed with the issuer's current key for `alg` (RS*, PS*, ES256), by default a good access token.
   * `alg` may also be HS*, then the secret is the text of the public RSA key, or `none`.
   * @param claims over the usual ones; undefined leaves one out
   * @param header over the usual one, likewise
   */
  async sign(
    tenantId: string,
    claims: Record<string, unknown> = {},
    header: TokenHeader = {},
  ): Promise<string> {
    const { alg = 'RS256' } = header as { alg?: string };
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.issuerOf(tenantId),
      aud: this.audiences.get(tenantId),
      sub: 'somebody',
      client_id: 'somebody',
      iat: now,
      exp: now + 3600,
      ...claims,
    };
    const kid = ASYMMETRIC.test(alg) ? this.kidOf(tenantId, alg) : this.kidOf(tenantId);
    const fullHeader = { alg, typ: 'at+jwt', kid, ...header };
    if (!ASYMMETRIC.test(alg)) {
      const content = `${base64url(fullHeader)}.${base64url(payload)}`;
      if (alg === 'none') return `${content}.`;
      const hmac = createHmac(alg.replace('HS', 'sha'), await this.publicKeyPem(tenantId));
      return `${content}.${hmac.update(content).digest('base64url')}`;
    }
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader(fullHeader)
      .sign(await importJWK(this.keyFor(tenantId, alg), alg));
  }

  /** The ID of the current key for an algorithm. */
  kidOf(tenantId: string, alg = 'RS256'): string {
    return this.keyFor(tenantId, alg).kid ?? '';
  }

  /** The current public RSA key, as in a file of OpenSSL. */
  async publicKeyPem(tenantId: string): Promise<string> {
    const { kty = '', n = '', e = '' } = this.keyFor(tenantId, 'RS256');
    return exportSPKI((await importJWK({ kty, n, e }, 'RS256')) as CryptoKey);
  }

  /**
   * From now on tokens are signed with new keys, which have new IDs.
   * @param options.keepOld the old ones are published too; default false
   */
  async rotateKeys(tenantId: string, { keepOld = false } = {}): Promise<void> {
    const old = Object.values(this.keysOf(tenantId));
    const keys = await makeKeys();
    await this.issuers.setKeys(tenantId, [...Object.values(keys), ...(keepOld ? old : [])]);
    this.keys.set(tenantId, keys);
  }

  /** What a tenant's issuer has been asked since the start. */
  requests(tenantId: string): Readonly<IssuerRequests> {
    return { ...this.countsOf(tenantId) };
  }

  /** From now on all requests to a tenant's issuer fare so, `token` too; `sign` works on. */
  setFault(tenantId: string, fault: IssuerFault): void {
    this.faults.set(tenantId, fault);
  }

  stop(): Promise<void> {
    return this.issuers.stop();
  }

  private intercept({ tenantId, path, request, response }: IssuerRequest): boolean {
    const asked = PATHS[path];
    if (asked !== undefined) this.countsOf(tenantId)[asked] += 1;
    const fault = this.faults.get(tenantId) ?? 'none';
    if (fault !== 'none') answerFaultily(fault, request, response);
    return fault !== 'none';
  }

  private countsOf(tenantId: string): IssuerRequests {
    const counts = this.counts.get(tenantId) ?? { discovery: 0, jwks: 0, token: 0 };
    this.counts.set(tenantId, counts);
    return counts;
  }

  private keyFor(tenantId: string, alg: string): JWK {
    const key = this.keysOf(tenantId)[alg.slice(0, 2)];
    if (key === undefined) throw new Error(`${tenantId} has no key for ${alg}`);
    return key;
  }

  private keysOf(tenantId: string): Keys {
    const keys = this.keys.get(tenantId);
    if (keys === undefined) throw new Error(`There is no issuer of ${tenantId}`);
    return keys;
  }
}

/** Private keys by the first two letters of the algorithms they are for; RS, which signs, is the first. */
type Keys = Readonly<Record<string, JWK>>;

const ASYMMETRIC = /^(RS|PS|ES)/;

async function makeKeys(): Promise<Keys> {
  return { RS: takeRsaKey('RS256'), PS: takeRsaKey('PS256'), ES: await makeSigningKey('ES256') };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
