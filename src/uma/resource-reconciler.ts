import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { applicationOf } from '../auth/scopes.js';
import { Database, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import type { Tenant } from '../tenancy/tenant.js';
import { AuthorizationServers } from './authorization-servers.js';
import { RESOURCE_TYPE, ResourceKeeper } from './resource-keeper.js';
import type { RegisteredResource } from './resource-registry.js';

/** More than a crash leaves: a database that is restored, or another's, has none of the applications. */
const MOST_ORPHANS = 20;

interface ApplicationRow {
  name: string;
  display_name: string;
  owner_subject: string | null;
}

/** The applications of the tenant $1: all of them, or the one with the name $2. */
const APPLICATIONS: Statement = {
  name: 'applications_to_reconcile',
  text: `
    SELECT name, display_name, owner_subject FROM applications
    WHERE tenant_id = $1 AND ($2::text IS NULL OR name = $2)`,
};

/**
 * Mends what a crash, a load or a hand has left between the database and the Keycloak of a tenant:
 * an application without its resource, a resource without its application.
 */
@Injectable()
export class ResourceReconciler {
  constructor(
    private readonly database: Database,
    private readonly servers: AuthorizationServers,
    private readonly keeper: ResourceKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param isStopped asked before each step
   * @throws {RemoteError} if Keycloak does not do what it is asked
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async reconcile(tenant: Tenant, isStopped: () => boolean): Promise<void> {
    const registered: RegisteredResource[] = [];
    for await (const page of this.servers.of(tenant).resources.list(RESOURCE_TYPE)) {
      if (isStopped()) return;
      registered.push(...page.filter(({ name }) => applicationOf(name) !== undefined));
    }
    const names = new Set(registered.map(({ name }) => applicationOf(name)));
    const rows = await this.database.runApart<ApplicationRow>(APPLICATIONS, [tenant.id, null]);
    const applications = new Set(rows.map(({ name }) => name));
    let [created, deleted] = [0, 0];
    for (const { name } of rows) {
      if (isStopped()) return;
      if (!names.has(name) && (await this.createMissing(tenant, name))) created++;
    }
    const orphans = registered.filter(
      ({ name, type }) =>
        // What is not of our type was made by somebody else, for something else.
        type === RESOURCE_TYPE && !applications.has(applicationOf(name) ?? ''),
    );
    if (orphans.length > MOST_ORPHANS && orphans.length > applications.size) {
      this.logger.error(
        { tenant: tenant.id, orphans: orphans.length, applications: applications.size },
        'Most resources at Keycloak have no application here: is this the right database? Nothing was deleted; if it is, delete them by hand.',
      );
    } else {
      for (const resource of orphans) {
        if (isStopped()) return;
        const appName = applicationOf(resource.name) ?? '';
        if (await this.deleteOrphan(tenant, resource, appName)) deleted++;
      }
    }
    if (created + deleted > 0) {
      this.logger.info(
        { tenant: tenant.id, created, deleted },
        'Resources of applications were made to fit at Keycloak',
      );
    }
  }

  private createMissing(tenant: Tenant, name: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await this.findLocked(tx, tenant, name);
      if (!row) return false;
      await this.keeper.create({
        tenantId: tenant.id,
        name,
        displayName: row.display_name,
        owner: row.owner_subject,
      });
      return true;
    });
  }

  private deleteOrphan(
    tenant: Tenant,
    { id }: RegisteredResource,
    appName: string,
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      if (await this.findLocked(tx, tenant, appName)) return false;
      await this.servers.of(tenant).resources.delete(id);
      return true;
    });
  }

  /** Looks again, now that nobody is about to create or delete it. */
  private async findLocked(
    tx: EntityManager,
    tenant: Tenant,
    name: string,
  ): Promise<ApplicationRow | undefined> {
    await this.keeper.lock(tx, name);
    const [row] = await tx.query<ApplicationRow[]>(APPLICATIONS.text, [tenant.id, name]);
    return row;
  }
}
