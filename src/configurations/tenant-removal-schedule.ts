import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Rounds } from '../retry/rounds.js';
import { TenantRegister } from '../tenancy/tenant-register.js';
import { TenantRemoval } from './tenant-removal.js';
import { TenantHistory } from './tenant-removal-history.js';
import {
  TenantRemovalRequests,
  type StandingRequest,
  type StandingRequests,
} from './tenant-removal-requests.js';

/** After which it is looked whether the database is there. */
const UNREADY_MS = 1000;
/** When it looks again while a tenant is still listed, or its removal not settled. */
const WAITING_MS = 10_000;
const INTERVAL_MS = 30_000;
/** Of an interval, so that replicas do not look all at once. */
const JITTER = 0.3;
/** For so long it counts that a tenant is gone; then the source is asked anew. */
const CONFIRMED_FOR_MS = 10_000;

/**
 * Removes the data of tenants that were unregistered, once they are not listed any more: who tells
 * that a tenant goes may tell it before it is gone. Every replica looks; each step is one that may
 * be done again, by whichever replica.
 */
@Injectable()
export class TenantRemovalSchedule extends Rounds {
  /** Requests whose tenants were gone, by when they were made: who is listed again is a new tenant. */
  private readonly gone = new Map<string, number>();

  constructor(
    private readonly requests: TenantRemovalRequests,
    private readonly register: TenantRegister,
    private readonly removal: TenantRemoval,
    private readonly history: TenantHistory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(0);
  }

  override onApplicationBootstrap(): void {
    if (this.requests.areWanted) super.onApplicationBootstrap();
  }

  protected async run(): Promise<number> {
    if (!this.requests.areReachable) return UNREADY_MS;
    try {
      await this.expire();
      const standing = await this.requests.list();
      if (standing.requests.length === 0) {
        this.gone.clear();
        return INTERVAL_MS * (1 + Math.random() * JITTER);
      }
      await this.removeGone(standing);
    } catch (error) {
      this.logger.warn(
        { err: error },
        `Data of unregistered tenants cannot be removed now: ${(error as Error).message}. Trying again.`,
      );
    }
    return WAITING_MS * (1 + Math.random() * JITTER);
  }

  private async expire(): Promise<void> {
    for (const { tenantId, correlationId } of await this.requests.expire()) {
      this.logger.warn(
        { tenant: tenantId, correlationId },
        'A tenant was unregistered an hour ago, and is not known to be gone: what is left of its data stays. Once it is gone, have it told as unregistered (21/TLE) again.',
      );
    }
  }

  private async removeGone({ requests, moment }: StandingRequests): Promise<void> {
    const listed = await this.register.listedAmong(requests.map(({ tenantId }) => tenantId));
    const until = performance.now() + CONFIRMED_FOR_MS;
    const [toErase, toSettle]: [string[], string[]] = [[], []];
    for (const request of requests) {
      const { tenantId, requestedAt, isSettled } = request;
      if (listed.has(tenantId)) {
        await this.withdrawReturned(request);
        continue;
      }
      if (this.isStopping || performance.now() > until) {
        this.runSoon();
        break;
      }
      this.gone.set(tenantId, requestedAt.getTime());
      const hadData = await this.removal.remove(tenantId);
      if (hadData === undefined) continue;
      // Who has deleted something erases its history too; whoever comes last looks once more.
      if (hadData || isSettled) toErase.push(tenantId);
      if (!hadData && isSettled) toSettle.push(tenantId);
    }
    if (toErase.length === 0) return;
    const found = await this.history.erase(toErase, moment, () => this.isStopping);
    if (found) await this.settle(toSettle.filter((tenantId) => !found.has(tenantId)));
  }

  private async withdrawReturned({
    tenantId,
    correlationId,
    requestedAt,
  }: StandingRequest): Promise<void> {
    if (this.gone.get(tenantId) !== requestedAt.getTime()) return;
    this.gone.delete(tenantId);
    if (!(await this.requests.withdraw(tenantId, requestedAt))) return;
    this.logger.info(
      { tenant: tenantId, correlationId },
      'A tenant that was gone is listed again: nothing more of it is removed',
    );
  }

  private async settle(tenantIds: readonly string[]): Promise<void> {
    if (tenantIds.length === 0) return;
    for (const { tenantId, correlationId } of await this.requests.settle(tenantIds)) {
      this.logger.info(
        { tenant: tenantId, correlationId },
        'Nothing is left of a tenant that was unregistered',
      );
    }
    for (const tenantId of tenantIds) this.gone.delete(tenantId);
  }
}
