import type { Logger } from '../logging/logger.js';
import { TenantList } from './tenant-list.js';
import { SYSTEM_TENANT, type Tenant } from './tenant.js';
import type { TenantSource } from './tenant-source.js';

/** However many ask for it, the source is asked at most so often. */
const SHORTEST_INTERVAL_MS = 1000;
/** A source that failed is asked again by then, also where lists are to be read rarely. */
const LONGEST_RETRY_MS = 5000;

/** The tenants of the cluster: the last list that the source gave, kept fresh in the background. */
export class Tenants {
  private listed: TenantList | undefined;
  /** Those that have been told to be gone, until the source does not list them any more. */
  private readonly gone = new Set<string>();
  private refreshing: Promise<void> | undefined;
  private startedAt = -Infinity;
  private listedAt = 0;
  /** Whether something has changed since the list that is being read was asked for. */
  private isOutdated = false;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private problem: string | undefined = 'The list of tenants has not been read yet';

  /**
   * @param refreshMs after which the source is asked again
   * @param isOpen whether every tenant there could be is served, as without security
   */
  constructor(
    private readonly source: TenantSource,
    private readonly refreshMs: number,
    private readonly isOpen: boolean,
    private readonly logger: Logger,
  ) {}

  /** Reads the list, and goes on doing so. */
  async start(): Promise<void> {
    if (!this.isOpen) await this.refresh();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Why no tenant is known; `undefined` once a list was read. */
  get unreadyReason(): string | undefined {
    return this.listed || this.isOpen ? undefined : this.problem;
  }

  /** What is wrong with the list that is in use; `undefined` if nothing is. */
  get warning(): string | undefined {
    return this.listed ? this.problem : undefined;
  }

  /** Since the source has given the list; 0 if it never changes, or none was given yet. */
  get listAgeSeconds(): number {
    return this.source.changes && this.listed ? (performance.now() - this.listedAt) / 1000 : 0;
  }

  get all(): Tenant[] {
    return this.list.all;
  }

  /** Whether what was found out about this tenant still holds. */
  isCurrent(tenant: Tenant): boolean {
    return this.list.findByIssuer(tenant.issuer) === tenant;
  }

  /** The tenant with this issuer; one that is not known may be new, so the source is asked. */
  async findByIssuer(issuer: string): Promise<Tenant | undefined> {
    return this.list.findByIssuer(issuer) ?? (await this.refreshed())?.findByIssuer(issuer);
  }

  find(id: string): Tenant | undefined {
    return this.list.findById(id);
  }

  /** Whether there is such a tenant; one that is not known may be new, so the source is asked. */
  async isServed(id: string): Promise<boolean> {
    if (this.isOpen || this.list.findById(id)) return true;
    return (await this.refreshed())?.findById(id) !== undefined;
  }

  /** Has everything anew that is remembered of a tenant (21/TLE `updated`). */
  renew(id: string): void {
    this.gone.delete(id);
    this.listed = this.listed?.renewed(id);
    this.refreshSoon();
  }

  /** Takes nobody of a tenant any more, from now on (21/TLE `unregistered`). */
  remove(id: string): void {
    this.gone.add(id);
    this.listed = this.listed?.without(this.gone);
    this.refreshSoon();
  }

  private get list(): TenantList {
    return this.listed ?? TenantList.EMPTY;
  }

  /** @returns `undefined` if the source was asked a moment ago, or can say nothing new */
  private async refreshed(): Promise<TenantList | undefined> {
    if (this.refreshing === undefined) {
      const isDue = performance.now() - this.startedAt >= SHORTEST_INTERVAL_MS;
      if (!isDue || !this.source.changes || this.stopped) return undefined;
    }
    await this.refresh();
    return this.list;
  }

  private refreshSoon(): void {
    this.isOutdated = true;
    if (this.source.changes && !this.refreshing) this.schedule(0);
  }

  private schedule(inMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const notBefore = this.startedAt + SHORTEST_INTERVAL_MS - performance.now();
    this.timer = setTimeout(() => void this.refresh(), Math.max(inMs, notBefore));
  }

  /** One at a time, for all who wait for it. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async read(): Promise<void> {
    this.startedAt = performance.now();
    this.isOutdated = false;
    // Whoever is told to be gone meanwhile may still be in the list that is being read.
    const goneBefore = new Set(this.gone);
    try {
      const faults: string[] = [];
      const tenants = await this.source.list(faults);
      const next = (this.listed ?? TenantList.EMPTY).next(tenants, faults);
      for (const id of goneBefore) if (!next.findById(id)) this.gone.delete(id);
      this.announce(next, faults);
      this.listed = next.without(this.gone);
      this.listedAt = performance.now();
      this.problem = faults.length > 0 ? `The list of tenants: ${faults.join('; ')}` : undefined;
      if (this.source.changes) this.schedule(this.nextReadMs());
    } catch (error) {
      this.problem = `The list of tenants cannot be read: ${(error as Error).message}`;
      this.logger.warn(
        `${this.problem}. ${this.listed ? 'The last one stays in use' : 'No token can be checked'}; trying again.`,
      );
      this.schedule(this.listed ? Math.min(this.refreshMs, LONGEST_RETRY_MS) : 0);
    }
  }

  private nextReadMs(): number {
    return this.isOutdated ? 0 : this.refreshMs;
  }

  private announce(next: TenantList, faults: readonly string[]): void {
    for (const fault of faults) {
      this.logger.error(
        `The list of tenants is at fault: ${fault}. Who is new there is not served.`,
      );
    }
    if (!next.findById(SYSTEM_TENANT) && (!this.listed || this.list.findById(SYSTEM_TENANT))) {
      this.logger.warn(
        `There is no tenant ${SYSTEM_TENANT}: nobody can use platform-wide scopes, as services do that fetch their configurations.`,
      );
    }
    const known = new Set(this.listed?.all);
    for (const { id, issuer, connectUrl, jwksUri } of next.all.filter(
      (tenant) => !known.has(tenant),
    )) {
      this.logger.info({ tenant: id, issuer }, 'A tenant is served');
      if ([issuer, connectUrl, jwksUri].some(isOpenToListeners)) {
        this.logger.warn(
          { tenant: id, issuer, connectUrl, jwksUri },
          'The issuer is spoken to without TLS: whoever is on the way can vouch for callers. Give it https.',
        );
      }
    }
  }
}

function isOpenToListeners(url: string | undefined): boolean {
  if (url === undefined) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
