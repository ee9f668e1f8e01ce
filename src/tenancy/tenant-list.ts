import { isDeepStrictEqual } from 'node:util';
import type { Tenant } from './tenant.js';

/** All tenants at a time, by what they are asked for. */
export class TenantList {
  static readonly EMPTY = new TenantList([]);
  private readonly byId: ReadonlyMap<string, Tenant>;
  private readonly byIssuer: ReadonlyMap<string, Tenant>;

  private constructor(tenants: readonly Tenant[]) {
    this.byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
    this.byIssuer = new Map(tenants.map((tenant) => [tenant.issuer, tenant]));
  }

  get all(): Tenant[] {
    return [...this.byId.values()];
  }

  findById(id: string): Tenant | undefined {
    return this.byId.get(id);
  }

  findByIssuer(issuer: string): Tenant | undefined {
    return this.byIssuer.get(issuer);
  }

  /**
   * The list that follows this one. A tenant that has not changed stays the object that it is, with
   * all that is remembered of it.
   *
   * Of tenants that have an ID or an issuer in common none is taken, but for one that stood here:
   * whoever can name another's issuer must neither get its callers nor shut them out.
   *
   * @param faults what was refused is added here
   */
  next(tenants: readonly Tenant[], faults: string[]): TenantList {
    const kept = tenants.map((tenant) => {
      const standing = this.byId.get(tenant.id);
      return isDeepStrictEqual(standing, tenant) && standing ? standing : tenant;
    });
    const contested = new Set<Tenant>();
    for (const member of ['id', 'issuer'] as const) {
      for (const [value, among] of groups(kept, (tenant) => tenant[member])) {
        if (among.length === 1) continue;
        faults.push(describeConflict(member, value, among));
        const stood = among.filter((tenant) => this.stood(tenant));
        // One that stood may have another client now; two that claim to be it are one too many.
        const rightful =
          stood.find((tenant) => this.byId.get(tenant.id) === tenant) ??
          (stood.length === 1 ? stood[0] : undefined);
        for (const tenant of among) if (tenant !== rightful) contested.add(tenant);
      }
    }
    return new TenantList(kept.filter((tenant) => !contested.has(tenant)));
  }

  /** This list with one tenant looked at anew, or without it. */
  renewed(id: string): TenantList {
    return new TenantList(this.all.map((tenant) => (tenant.id === id ? { ...tenant } : tenant)));
  }

  without(ids: ReadonlySet<string>): TenantList {
    return ids.size === 0 ? this : new TenantList(this.all.filter(({ id }) => !ids.has(id)));
  }

  private stood({ id, issuer }: Tenant): boolean {
    return this.byId.get(id)?.issuer === issuer;
  }
}

function groups(tenants: readonly Tenant[], by: (tenant: Tenant) => string): Map<string, Tenant[]> {
  const found = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const key = by(tenant);
    const among = found.get(key);
    if (among) among.push(tenant);
    else found.set(key, [tenant]);
  }
  return found;
}

function describeConflict(member: string, value: string, among: readonly Tenant[]): string {
  const who = among
    .slice(0, 5)
    .map(({ id, issuer }) => `${id} (${issuer})`)
    .join(', ');
  return `the ${member} ${value} is that of ${among.length} tenants: ${who}; each must have its own`;
}
