import type { KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { Strategy, type VerifiedCallback } from 'passport-jwt';
import { IssuerKeys } from '../oauth/issuer-keys.js';
import { Issuer } from '../oauth/issuer.js';
import { RemoteError } from '../oauth/remote-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { Tenant } from '../tenancy/tenant.js';
import { Tenants } from '../tenancy/tenants.js';
import { AuthenticationError, type AuthenticationFault } from './authentication-error.js';
import type { Caller } from './caller.js';
import { Outages } from './outages.js';
import { checkHeader, toCaller, type TokenRules } from './token-rules.js';

/** A token that is being verified, which is all that passport gets to see of a request. */
interface Attempt {
  readonly token: string;
  /** Whose issuer the token names. */
  tenant?: Tenant;
  /** Why there is no key to verify it with. */
  fault?: unknown;
}

/** What jsonwebtoken refuses, by the names of its errors. */
const REFUSALS: Readonly<Record<string, AuthenticationFault>> = {
  TokenExpiredError: 'expired',
  NotBeforeError: 'not-yet-valid',
  JsonWebTokenError: 'signature',
};

/** What it says of times that are no numbers. */
const MALFORMED_TIME = /^invalid (exp|nbf) value$/;

/**
 * Verifies access tokens (RFC 8725, RFC 9068): the issuer says whose token it is, and the keys of
 * that issuer alone can vouch for it.
 */
@Injectable()
export class TokenVerifier {
  private readonly strategy: Strategy;
  private readonly rules: TokenRules;
  private readonly keysOf = new WeakMap<Tenant, IssuerKeys>();

  constructor(
    private readonly tenants: Tenants,
    private readonly outages: Outages,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.rules = {
      algorithms: settings['kaa.security.algorithms'],
      leewaySeconds: settings['kaa.security.clock-leeway'],
    };
    this.strategy = new Strategy(
      {
        jwtFromRequest: (request) => (request as unknown as Attempt).token,
        secretOrKeyProvider: (request, _, done) => {
          this.findKey(request as unknown as Attempt).then(
            (key) => {
              // jsonwebtoken takes it; passport-jwt's types know of text and bytes only.
              done(null, key as unknown as Buffer);
            },
            (error: unknown) => {
              (request as unknown as Attempt).fault = error;
              done(error);
            },
          );
        },
        algorithms: this.rules.algorithms as never,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to give a leeway
        jsonWebTokenOptions: { clockTolerance: this.rules.leewaySeconds },
        passReqToCallback: true,
      },
      (attempt: unknown, claims: JWTPayload, done: VerifiedCallback) => {
        this.accept(attempt as Attempt, claims, done);
      },
    );
  }

  /**
   * @throws {AuthenticationError} if the token is not valid
   * @throws {TektonError} UNAVAILABLE if that cannot be found out
   */
  verify(token: string): Promise<Caller> {
    const attempt: Attempt = { token };
    return new Promise((resolve, reject) => {
      const end = (error: unknown): void => {
        reject(this.told(error));
      };
      // What passport does for each request: a strategy tells how an attempt ends by methods of its
      // own object. Attempts that shared one would be told of each other's callers.
      const own = Object.assign(Object.create(this.strategy) as Strategy, {
        success: (caller: unknown) => {
          resolve(caller as Caller);
        },
        // What is thrown over a token that has a key is the token's fault, whatever it is.
        fail: (reason: unknown) => {
          end(reason === attempt.fault ? reason : refusalOf(reason));
        },
        error: end,
      });
      own.authenticate(attempt as never);
    });
  }

  private async findKey(attempt: Attempt): Promise<KeyObject> {
    const { token } = attempt;
    const header = checkHeader(decoded(decodeProtectedHeader, token), this.rules);
    const { iss } = decoded(decodeJwt, token);
    const tenant = typeof iss === 'string' ? await this.tenants.findByIssuer(iss) : undefined;
    if (!tenant) {
      const { unreadyReason } = this.tenants;
      throw unreadyReason === undefined
        ? new AuthenticationError('issuer')
        : new RemoteError(unreadyReason);
    }
    attempt.tenant = tenant;
    const key = await this.keys(tenant).find(header);
    if (!key) throw new AuthenticationError('key');
    return key;
  }

  private keys(tenant: Tenant): IssuerKeys {
    const known = this.keysOf.get(tenant);
    if (known) return known;
    const issuer = new Issuer(tenant, this.settings['kaa.security.issuer-timeout'] * 1000);
    const keys = new IssuerKeys(issuer, tenant.jwksUri, {
      cooldownMs: this.settings['kaa.security.key-refresh-interval'] * 1000,
      staleMs: this.settings['kaa.security.stale-keys'] * 1000,
    });
    this.keysOf.set(tenant, keys);
    return keys;
  }

  private told(error: unknown): Error {
    return error instanceof RemoteError ? this.outages.unavailable(error) : (error as Error);
  }

  private accept({ token, tenant }: Attempt, claims: JWTPayload, done: VerifiedCallback): void {
    try {
      if (!tenant) throw new Error('No key is found without the tenant');
      done(null, toCaller(token, claims, tenant, this.rules));
    } catch (error) {
      done(error, false);
    }
  }
}

function decoded(
  decode: (token: string) => object,
  token: string,
): Readonly<Record<string, unknown>> {
  try {
    return decode(token) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new AuthenticationError('malformed', error);
  }
}

function refusalOf(reason: unknown): AuthenticationError {
  const { name, message } = reason as Error;
  const fault = MALFORMED_TIME.test(message) ? 'claims' : (REFUSALS[name] ?? 'malformed');
  return new AuthenticationError(fault, reason);
}
