import { Inject, Injectable } from '@nestjs/common';
import { OwnToken } from '../oauth/client-credentials.js';
import { Issuer } from '../oauth/issuer.js';
import { RemoteError } from '../oauth/remote-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { Tenant } from '../tenancy/tenant.js';
import { Decisions } from './decisions.js';
import { ResourceIds } from './resource-ids.js';
import { ResourceRegistry } from './resource-registry.js';

/** The Keycloak of a tenant, as Tekton speaks to it. */
export interface AuthorizationServer {
  readonly decisions: Decisions;
  readonly resources: ResourceRegistry;
  readonly ids: ResourceIds;
}

/** The authorization servers of all tenants. */
@Injectable()
export class AuthorizationServers {
  private readonly servers = new WeakMap<Tenant, AuthorizationServer>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** @throws {RemoteError} if Tekton is no client of this tenant's server */
  of(tenant: Tenant): AuthorizationServer {
    const known = this.servers.get(tenant);
    if (known) return known;
    const { client } = tenant;
    if (!client) {
      throw new RemoteError(
        `Nobody can be asked what callers of the tenant ${tenant.id} may do: it has no client for Tekton`,
      );
    }
    const issuer = new Issuer(tenant, this.settings['kaa.security.issuer-timeout'] * 1000);
    const resources = new ResourceRegistry(issuer, new OwnToken(issuer, client));
    const server: AuthorizationServer = {
      decisions: new Decisions(issuer, client.clientId),
      resources,
      ids: new ResourceIds(resources, this.settings['kaa.security.uma.decision-lifetime'] * 1000),
    };
    this.servers.set(tenant, server);
    return server;
  }
}
