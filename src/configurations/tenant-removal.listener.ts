import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import pLimit from 'p-limit';
import { LOGGER, type Logger } from '../logging/logger.js';
import { keepTrying } from '../retry/keep-trying.js';
import { SYSTEM_TENANT } from '../tenancy/tenant.js';
import type { TenantEvent } from '../tenancy/tenant-event.js';
import { TenantEvents } from '../tenancy/tenant-events.js';
import { TenantRemovalRequests } from './tenant-removal-requests.js';
import { TenantRemovalSchedule } from './tenant-removal-schedule.js';

/** What has happened is over by then, or will be told again. */
const GIVE_UP_AFTER_MS = 10 * 60 * 1000;
/** At a time: a flood of events must not keep callers of the API from the database. */
const WRITES = 2;
const BACK_OFF = { firstMs: 200, lastMs: 10_000 };

/** What is being written of a tenant: whatever is heard of it next takes its place. */
interface Writing {
  readonly superseded: AbortController;
  readonly done: Promise<void>;
}

/**
 * Notes that tenants were unregistered. Every replica does, so that it is noted also if one of them
 * dies of it: a queue group would leave it to the one.
 */
@Injectable()
export class TenantRemovalListener implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly writing = new Map<string, Writing>();
  private readonly inTurn = pLimit(WRITES);

  constructor(
    private readonly events: TenantEvents,
    private readonly requests: TenantRemovalRequests,
    private readonly schedule: TenantRemovalSchedule,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    if (!this.requests.areWanted) return;
    this.events.on('unregistered', (event) => {
      this.note(event);
    });
    this.events.on('updated', (event) => {
      this.withdraw(event);
    });
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private note(event: TenantEvent): void {
    const { tenantId, correlationId } = event;
    if (tenantId === SYSTEM_TENANT) {
      this.logger.warn(
        { correlationId, tenant: tenantId },
        'The system tenant is said to be unregistered, which it never is; its data stays',
      );
      return;
    }
    this.write(event, async () => {
      await this.requests.note(tenantId, correlationId);
      this.schedule.runSoon();
    });
  }

  /** A tenant that is changed is there. */
  private withdraw(event: TenantEvent): void {
    const { tenantId, correlationId } = event;
    this.write(event, async () => {
      if (!(await this.requests.withdraw(tenantId))) return;
      this.logger.info(
        { correlationId, tenant: tenantId },
        'A tenant that was unregistered has been updated: its data is not removed',
      );
    });
  }

  /** In the order of the events: what was to be written before is given up, or done. */
  private write(event: TenantEvent, attempt: () => Promise<void>): void {
    const before = this.writing.get(event.tenantId);
    before?.superseded.abort();
    const superseded = new AbortController();
    const done = (before?.done ?? Promise.resolve())
      .then(() => this.keepWriting(event, attempt, superseded.signal))
      .finally(() => {
        if (this.writing.get(event.tenantId)?.superseded === superseded) {
          this.writing.delete(event.tenantId);
        }
      });
    this.writing.set(event.tenantId, { superseded, done });
  }

  private async keepWriting(
    { tenantId, correlationId }: TenantEvent,
    attempt: () => Promise<void>,
    superseded: AbortSignal,
  ): Promise<void> {
    const late = AbortSignal.timeout(GIVE_UP_AFTER_MS);
    const signal = AbortSignal.any([this.stopping.signal, superseded, late]);
    const outcome = { isDone: false };
    await keepTrying(
      async () => {
        await this.inTurn(attempt);
        outcome.isDone = true;
      },
      (error, waitMs) => {
        this.logger.warn(
          { err: error, correlationId, tenant: tenantId },
          `What has happened to a tenant cannot be noted yet; trying again in ${waitMs} ms`,
        );
      },
      { ...BACK_OFF, signal },
    );
    if (outcome.isDone || superseded.aborted) return;
    this.logger.error(
      { correlationId, tenant: tenantId },
      'What has happened to a tenant was not noted by this replica: if it is gone, and no other has noted it, its data stays until it is told as unregistered (21/TLE) again',
    );
  }
}
