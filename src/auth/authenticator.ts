import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Counter } from 'prom-client';
import { TektonError } from '../errors/tekton-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Tenants } from '../tenancy/tenants.js';
import { AuthenticationError } from './authentication-error.js';
import { bearerToken } from './bearer-token.js';
import type { Caller } from './caller.js';
import { AUTHENTICATION_COUNTER } from './caller-metrics.js';
import { TokenVerifier } from './token-verifier.js';

/** A tenant that changes each time while a token is verified is not to be trusted. */
const VERIFICATION_ATTEMPTS = 3;

/** Finds out who calls. A token is verified once, and then known until it expires. */
@Injectable()
export class Authenticator {
  private readonly tokenLimit: number;
  /** By a hash of the token. */
  private readonly known: LRUCache<string, Caller>;
  private readonly countKnown: { inc: () => void };
  /** Tokens that are being verified, each once for all calls that carry it. */
  private readonly verifying = new Map<string, Promise<Caller>>();

  constructor(
    private readonly tenants: Tenants,
    private readonly verifier: TokenVerifier,
    @Inject(AUTHENTICATION_COUNTER) private readonly counter: Counter,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.tokenLimit = settings['kaa.security.token-limit'];
    this.known = new LRUCache({
      maxSize: settings['kaa.security.token-cache'],
      // What is remembered of a token is about as large as the token.
      sizeCalculation: ({ token }) => token.length,
    });
    this.countKnown = counter.labels('known');
  }

  /**
   * The caller who sent a request.
   *
   * @throws {AuthenticationError} if nobody vouches for it
   * @throws {TektonError} UNAVAILABLE if that cannot be found out, MALFORMED_REQUEST
   */
  authenticate({ headers, query }: FastifyRequest): Caller | Promise<Caller> {
    try {
      const token = bearerToken(headers, query as Readonly<Record<string, unknown>>);
      if (token.length > this.tokenLimit) throw new AuthenticationError('too-long');
      const key = hash('sha256', token, 'base64');
      const caller = this.known.get(key);
      if (!caller || !this.isGood(caller)) return this.verify(token, key);
      this.countKnown.inc();
      return caller;
    } catch (error) {
      this.count(error);
      throw error;
    }
  }

  /** Whether nothing has happened since a token was verified. */
  private isGood({ expiresAt, tenant }: Caller): boolean {
    return Date.now() < expiresAt && this.tenants.isCurrent(tenant);
  }

  private verify(token: string, key: string): Promise<Caller> {
    const pending = this.verifying.get(key);
    if (pending) return this.join(pending);
    const verified = this.verifyNew(token, key).finally(() => this.verifying.delete(key));
    this.verifying.set(key, verified);
    return verified;
  }

  /** Each call is counted, also of those that were verified together. */
  private async join(pending: Promise<Caller>): Promise<Caller> {
    try {
      const caller = await pending;
      this.countKnown.inc();
      return caller;
    } catch (error) {
      this.count(error);
      throw error;
    }
  }

  private async verifyNew(token: string, key: string): Promise<Caller> {
    try {
      const caller = await this.verifyCurrent(token);
      this.known.set(key, caller);
      this.counter.inc({ result: 'verified' });
      return caller;
    } catch (error) {
      this.count(error);
      throw error;
    }
  }

  /** The tenant may have changed, or gone, while its issuer was asked. */
  private async verifyCurrent(token: string): Promise<Caller> {
    for (let attempt = 1; attempt <= VERIFICATION_ATTEMPTS; attempt++) {
      const caller = await this.verifier.verify(token);
      if (this.tenants.isCurrent(caller.tenant)) return caller;
    }
    throw new AuthenticationError('issuer');
  }

  private count(error: unknown): void {
    if (error instanceof AuthenticationError) this.counter.inc({ result: error.reason });
    else if (error instanceof TektonError && error.status === 503) {
      this.counter.inc({ result: 'unavailable' });
    }
  }
}
