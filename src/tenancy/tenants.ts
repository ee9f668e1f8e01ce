import type { Logger } from '../logging/logger.js';
import { ListAnnouncer } from './list-announcer.js';
import { TenantList } from './tenant-list.js';
import type { Tenant } from './tenant.js';
import type { TenantSource } from './tenant-source.js';

/** However many ask for it, the source is asked at most so often. */
const SHORTEST_INTERVAL_MS = 1000;
/** A source that failed is asked again by then, also where lists are to be read rarely. */
const LONGEST_RETRY_MS = 5000;
/** Faults of a list that are told one by one. */
const MOST_FAULTS = 50;

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
  /** Why the list cannot be read, or has not been yet. */
  private problem: string | undefined = 'The list of tenants has not been read yet';
  /** What is wrong with the list that was read last. */
  private faults: readonly string[] = [];
  private readonly announcer: ListAnnouncer;

  /**
   * @param refreshMs after which the source is asked again
   * @param isOpen whether every tenant there could be is served, as without security
   */
  constructor(
    private readonly source: TenantSource,
    private readonly refreshMs: number,
    private readonly isOpen: boolean,
    logger: Logger,
  ) {
    this.announcer = new ListAnnouncer(logger);
  }

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

  /** All that is wrong with the list that is in use, or with the reading of a newer one. */
  get warnings(): string[] {
    if (!this.listed) return [];
    const faults = this.faults
      .slice(0, MOST_FAULTS)
      .map((fault) => `The list of tenants: ${fault}`);
    const untold = this.faults.length - faults.length;
    if (untold > 0) faults.push(`The list of tenants: ${untold} more faults`);
    return this.problem === undefined ? faults : [this.problem, ...faults];
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
      this.announcer.read(this.listed, next, faults);
      this.listed = next.without(this.gone);
      this.listedAt = performance.now();
      this.problem = undefined;
      this.faults = faults;
      if (this.source.changes) this.schedule(this.nextReadMs());
    } catch (error) {
      this.problem = `The list of tenants cannot be read: ${(error as Error).message}`;
      this.announcer.failed(
        this.problem,
        this.listed ? 'The last one stays in use' : 'No token can be checked',
      );
      this.schedule(this.listed ? Math.min(this.refreshMs, LONGEST_RETRY_MS) : 0);
    }
  }

  private nextReadMs(): number {
    return this.isOutdated ? 0 : this.refreshMs;
  }
}
