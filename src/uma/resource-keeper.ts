import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProtectedApplication } from '../auth/application-resources.js';
import { applicationResource, APPLICATION_SCOPES } from '../auth/scopes.js';
import { RemoteError } from '../oauth/remote-error.js';
import { Tenants } from '../tenancy/tenants.js';
import { AuthorizationServers, type AuthorizationServer } from './authorization-servers.js';

/** What resources of applications are called by type; others are none of Tekton's business. */
export const RESOURCE_TYPE = 'application';

/** Creates and deletes the resources of single applications. */
@Injectable()
export class ResourceKeeper {
  constructor(
    private readonly tenants: Tenants,
    private readonly servers: AuthorizationServers,
  ) {}

  /**
   * Keeps everybody else, until the transaction ends, from doing anything with the resource of an
   * application: what is at Keycloak then fits what is committed.
   */
  async lock(tx: EntityManager, appName: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      applicationResource(appName),
    ]);
  }

  /**
   * Creates a resource, unless there is one already.
   *
   * @throws {RemoteError}
   */
  async create(application: ProtectedApplication & { owner: string | null }): Promise<void> {
    const { tenantId, name: appName, displayName, owner } = application;
    const { resources, ids } = this.server(tenantId);
    const name = applicationResource(appName);
    // Of each owner there could be one of this name: Keycloak would not refuse another.
    if ((await resources.find(name)).length > 0) return;
    const id = await resources.create({
      name,
      type: RESOURCE_TYPE,
      displayName,
      owner: owner ?? undefined,
      scopes: APPLICATION_SCOPES,
    });
    ids.forget(name);
    if (id === undefined && (await resources.find(name)).length === 0) {
      throw new RemoteError(`The resource ${name} of ${tenantId} is refused, and is not there`);
    }
  }

  /** @throws {RemoteError} */
  async delete(tenantId: string, resource: string): Promise<void> {
    const { resources, ids } = this.server(tenantId);
    for (const { id } of await resources.find(resource)) await resources.delete(id);
    ids.forget(resource);
  }

  private server(tenantId: string): AuthorizationServer {
    const tenant = this.tenants.find(tenantId);
    if (!tenant) throw new RemoteError(`The tenant ${tenantId} is not known now`);
    return this.servers.of(tenant);
  }
}
