import { RemoteError } from '../oauth/remote-error.js';
import { SYSTEM_TENANT } from './tenant.js';
import type { TenantSource } from './tenant-source.js';

/**
 * Says which tenants are really gone, for those who do then what cannot be undone. Unlike `Tenants`
 * it remembers nothing: each question is one to the source.
 */
export class TenantRegister {
  /** @param isOpen whether every tenant there could be is served, as without security */
  constructor(
    private readonly source: TenantSource,
    private readonly isOpen: boolean,
  ) {}

  /**
   * Those of the tenants that are listed now, whether they are served or not. In doubt a tenant is:
   * the system tenant always, and every tenant where nobody lists any.
   *
   * @throws {RemoteError} if the source does not answer, or with less than the whole list
   */
  async listedAmong(tenantIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.isOpen) return new Set(tenantIds);
    const listed = await this.source.listIds();
    if (!listed.has(SYSTEM_TENANT)) {
      // Every cluster has it: this is an empty source, or another cluster's.
      throw new RemoteError(`The list of tenants cannot be whole: it has no ${SYSTEM_TENANT}`);
    }
    return new Set(tenantIds.filter((id) => id === SYSTEM_TENANT || listed.has(id)));
  }
}
