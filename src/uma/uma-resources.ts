import { Inject, Injectable } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import type { EntityManager } from 'typeorm';
import { ApplicationResources, type ProtectedApplication } from '../auth/application-resources.js';
import type { Identity } from '../auth/caller.js';
import { Outages } from '../auth/outages.js';
import { applicationResource } from '../auth/scopes.js';
import { TektonError } from '../errors/tekton-error.js';
import { RemoteError } from '../oauth/remote-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { tooMany } from './too-many.js';
import { UmaAuthorizer } from './uma-authorizer.js';
import { ResourceKeeper } from './resource-keeper.js';
import { ReconcilerSchedule } from './reconciler-schedule.js';

/** Keeps a resource at Keycloak for each application, as part of the change itself. */
@Injectable()
export class UmaResources extends ApplicationResources {
  /**
   * Each has a connection to the database while it waits: a slow Keycloak must not take them from
   * those who need none of it.
   */
  private readonly turns: LimitFunction;
  /** One of each tenant at a time: a slow Keycloak must not take the turns of other tenants either. */
  private readonly turnsOfTenants = new Map<string, LimitFunction>();
  private readonly longestQueue: number;

  constructor(
    private readonly keeper: ResourceKeeper,
    private readonly reconciler: ReconcilerSchedule,
    private readonly authorizer: UmaAuthorizer,
    private readonly outages: Outages,
    @Inject(SETTINGS) settings: Settings,
  ) {
    super();
    this.turns = pLimit(settings['kaa.security.uma.transactions']);
    this.longestQueue = settings['kaa.security.uma.concurrency'];
  }

  override async inTurn<Result>(
    tenantId: string,
    transaction: () => Promise<Result>,
  ): Promise<Result> {
    const turnsOfTenant = this.turnsOfTenants.get(tenantId) ?? pLimit(1);
    this.turnsOfTenants.set(tenantId, turnsOfTenant);
    if (turnsOfTenant.pendingCount >= this.longestQueue) {
      throw this.outages.unavailable(tooMany(this.longestQueue));
    }
    try {
      return await turnsOfTenant(() => this.turns(transaction));
    } catch (error) {
      // What was done at Keycloak is not undone with the transaction. A refusal comes before that.
      if (!(error instanceof TektonError && error.status < 500)) this.reconciler.runSoon();
      throw error instanceof RemoteError ? this.outages.unavailable(error) : error;
    }
  }

  async create(
    tx: EntityManager,
    application: ProtectedApplication,
    creator: Identity,
  ): Promise<void> {
    const { tenantId, name } = application;
    const owner = ownerOf(creator, tenantId);
    await tx.query('UPDATE applications SET owner_subject = $1 WHERE name = $2', [owner, name]);
    await this.keeper.lock(tx, name);
    await this.keeper.create({ ...application, owner });
    this.authorizer.forget(applicationResource(name));
  }

  async delete(
    tx: EntityManager,
    { tenantId, name }: Omit<ProtectedApplication, 'displayName'>,
  ): Promise<void> {
    await this.keeper.lock(tx, name);
    await this.keeper.delete(tenantId, applicationResource(name));
    this.authorizer.forget(applicationResource(name));
  }

  reconcileSoon(): void {
    this.reconciler.runSoon();
  }
}

/**
 * Users of another tenant are nobody at this one's Keycloak, and neither is a client that stands in
 * for the subject which its token does not name.
 */
function ownerOf({ tenantId, subject, client }: Identity, ofTenant: string): string | null {
  return tenantId === ofTenant && subject !== client ? subject : null;
}
