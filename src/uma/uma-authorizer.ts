import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Authorizer } from '../auth/authorizer.js';
import type { Caller } from '../auth/caller.js';
import { Outages } from '../auth/outages.js';
import type { Applications } from '../auth/permissions.js';
import { applicationOf, Scope } from '../auth/scopes.js';
import { RemoteError } from '../oauth/remote-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { Tenant } from '../tenancy/tenant.js';
import { AuthorizationServers } from './authorization-servers.js';
import { tooMany } from './too-many.js';

/** What was decided: yes or no, or which applications. */
type Decision = boolean | ReadonlySet<string>;

/** The question for all applications that a caller may read. */
const LIST = 'list of applications';

interface Question {
  readonly caller: Caller;
  readonly ask: () => Promise<Decision>;
}

/**
 * What a caller may do is what the Keycloak of its tenant says. Its answers hold for a short time;
 * while one is waited for, nobody asks the same again. Without an answer there is no yes.
 */
@Injectable()
export class UmaAuthorizer extends Authorizer {
  private readonly decisions: LRUCache<string, Decision, Question>;
  private readonly numbers = new WeakMap<Caller, number>();
  private lastNumber = 0;
  private readonly asking = new WeakMap<Tenant, number>();
  private readonly concurrency: number;

  constructor(
    private readonly servers: AuthorizationServers,
    private readonly outages: Outages,
    @Inject(SETTINGS) settings: Settings,
  ) {
    super();
    this.concurrency = settings['kaa.security.uma.concurrency'];
    const lifetimeMs = settings['kaa.security.uma.decision-lifetime'] * 1000;
    this.decisions = new LRUCache({
      maxSize: settings['kaa.security.uma.decision-cache'],
      sizeCalculation: (decision) => (typeof decision === 'boolean' ? 1 : decision.size + 1),
      // An answer is for those who wait for it, also if it is not kept.
      ignoreFetchAbort: true,
      fetchMethod: async (_key, _stale, { options, context: { caller, ask } }) => {
        const decision = await this.askInTurn(caller.tenant, ask);
        // Nothing is kept for ever, which is what 0 would mean here.
        options.ttl = Math.max(1, Math.min(lifetimeMs, caller.expiresAt - Date.now()));
        return decision;
      },
    });
  }

  allows(caller: Caller, resource: string, scope: Scope): Promise<boolean> {
    return this.decide(`${scope} ${resource}`, caller, () =>
      this.isGranted(caller, resource, scope),
    ) as Promise<boolean>;
  }

  readable(caller: Caller): Promise<Applications> {
    return this.decide(LIST, caller, async () => {
      const { decisions } = this.servers.of(caller.tenant);
      const names = await decisions.namesWith(caller.token, Scope.ApplicationRead);
      return new Set(names.flatMap((name) => applicationOf(name) ?? []));
    }) as Promise<ReadonlySet<string>>;
  }

  /** What was decided about a resource that is created or deleted now holds no longer. */
  forget(resource: string): void {
    for (const key of this.decisions.keys()) {
      if (key.endsWith(` ${resource}`) || key.endsWith(LIST)) this.decisions.delete(key);
    }
  }

  private async isGranted(caller: Caller, resource: string, scope: Scope): Promise<boolean> {
    const { decisions, ids } = this.servers.of(caller.tenant);
    const remembered = ids.remembered(resource);
    const known = remembered ?? (await ids.find(resource));
    // Asked also where there is none, and looked for in each case once: how much is asked does not
    // tell what is not there from what the caller may not see.
    const asked = known.length > 0 ? known : [resource];
    if (await decisions.decide(caller.token, asked, scope)) return true;
    if (!remembered) return false;
    // It may have been deleted, and made anew under another ID.
    const present = await ids.find(resource);
    const isSame = present.length === asked.length && present.every((id) => asked.includes(id));
    return present.length > 0 && !isSame && (await decisions.decide(caller.token, present, scope));
  }

  private async decide(question: string, caller: Caller, ask: Question['ask']): Promise<Decision> {
    try {
      const key = `${this.numberOf(caller)} ${question}`;
      const decision = await this.decisions.fetch(key, { context: { caller, ask } });
      if (decision === undefined) throw new Error('Every question has an answer, or fails');
      return decision;
    } catch (error) {
      throw error instanceof RemoteError ? this.outages.unavailable(error) : error;
    }
  }

  /** Bounded for each tenant: a slow Keycloak is no other tenant's business. */
  private async askInTurn(tenant: Tenant, ask: Question['ask']): Promise<Decision> {
    const before = this.asking.get(tenant) ?? 0;
    if (before >= this.concurrency) throw tooMany(this.concurrency);
    this.asking.set(tenant, before + 1);
    try {
      return await ask();
    } finally {
      this.asking.set(tenant, (this.asking.get(tenant) ?? 1) - 1);
    }
  }

  /** A number that stands for a caller in keys: tokens are nowhere kept but with their callers. */
  private numberOf(caller: Caller): number {
    const known = this.numbers.get(caller);
    if (known !== undefined) return known;
    this.numbers.set(caller, ++this.lastNumber);
    return this.lastNumber;
  }
}
