import type { Logger } from '../logging/logger.js';
import { Seldom } from '../retry/seldom.js';
import type { TenantList } from './tenant-list.js';
import { SYSTEM_TENANT } from './tenant.js';

/** Faults of one list that the log is told one by one. */
const MOST_FAULTS = 50;

/** Tells the log what comes of reading the list of tenants: what is new at once, the rest seldom. */
export class ListAnnouncer {
  private failures = 0;
  private readonly reminder = new Seldom();
  private faults: ReadonlySet<string> = new Set();

  constructor(private readonly logger: Logger) {}

  /** @param consequence what becomes of callers meanwhile */
  failed(problem: string, consequence: string): void {
    this.failures++;
    // It is tried about once a second, and health says it all the time.
    if (!this.reminder.isDue()) return;
    this.logger.warn({ failures: this.failures }, `${problem}. ${consequence}; trying again.`);
  }

  /** @param before the list before, if there was one */
  read(before: TenantList | undefined, next: TenantList, faults: readonly string[]): void {
    if (this.failures > 0) {
      this.logger.info({ failures: this.failures }, 'The list of tenants can be read again');
    }
    this.failures = 0;
    this.reminder.reset();
    this.tellFaults(faults);
    if (!next.findById(SYSTEM_TENANT) && (!before || before.findById(SYSTEM_TENANT))) {
      this.logger.warn(
        `There is no tenant ${SYSTEM_TENANT}: nobody can use platform-wide scopes, as services do that fetch their configurations.`,
      );
    }
    const known = new Set(before?.all);
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

  /** Each once for as long as it stands. */
  private tellFaults(faults: readonly string[]): void {
    const fresh = faults.filter((fault) => !this.faults.has(fault));
    this.faults = new Set(faults);
    for (const fault of fresh.slice(0, MOST_FAULTS)) {
      this.logger.error(
        `The list of tenants is at fault: ${fault}. Who is new there is not served.`,
      );
    }
    const untold = fresh.length - MOST_FAULTS;
    if (untold > 0) {
      this.logger.error(`The list of tenants has ${untold} more faults of this kind.`);
    }
  }
}

function isOpenToListeners(url: string | undefined): boolean {
  if (url === undefined) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
