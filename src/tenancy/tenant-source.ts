import type { Settings } from '../settings/settings.js';
import type { Tenant } from './tenant.js';

/** Where tenants come from. */
export interface TenantSource {
  /** Whether it may answer otherwise the next time. */
  readonly changes: boolean;

  /**
   * All tenants that are to be served.
   *
   * @param faults what is wrong with those that are left out is added here
   * @throws {RemoteError} if it does not answer, or not as it should
   */
  list(faults: string[]): Promise<readonly Tenant[]>;

  /**
   * The IDs of all tenants that it lists now, also of those that are not to be served.
   *
   * @throws {RemoteError} if it does not answer, or if somebody may be listed who cannot be told
   */
  listIds(): Promise<ReadonlySet<string>>;
}

/** Injection token of the source that the settings choose. */
export const TENANT_SOURCE = Symbol('tenant source');

/** The tenants that the settings list. */
export class ListedTenants implements TenantSource {
  readonly changes = false;

  constructor(private readonly settings: Settings) {}

  list(): Promise<readonly Tenant[]> {
    const tenants = this.settings['kaa.tenancy.tenants'];
    return Promise.resolve(
      tenants.map(({ id, issuer, jwksUri, audience, clientId, clientSecret }): Tenant => ({
        id,
        issuer,
        jwksUri,
        audience: audience ?? this.settings['kaa.security.audience'],
        client:
          clientId === undefined || clientSecret === undefined
            ? undefined
            : { clientId, clientSecret },
      })),
    );
  }

  listIds(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(this.settings['kaa.tenancy.tenants'].map(({ id }) => id)));
  }
}
