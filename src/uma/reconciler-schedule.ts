import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Database } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Tenants } from '../tenancy/tenants.js';
import { ResourceReconciler } from './resource-reconciler.js';

/** Any number that nothing else in the database locks on. */
const RECONCILER_LOCK = 835_867;
/** However many ask for it, it runs at most so often. */
const SHORTEST_INTERVAL_MS = 1000;
/** What each tenant is given of a round. */
const LONGEST_TURN_MS = 60_000;
/** What could not be mended is tried again by then. */
const RETRY_MS = 5000;

/** Runs the reconciler at the start, every few minutes, and when it is asked for; in one replica at a time. */
@Injectable()
export class ReconcilerSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private stopped = false;
  private startedAt = -Infinity;
  private readonly intervalMs: number;

  constructor(
    private readonly reconciler: ResourceReconciler,
    private readonly database: Database,
    private readonly tenants: Tenants,
    @Inject(SETTINGS) settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.intervalMs = settings['kaa.security.uma.reconcile-interval'] * 1000;
  }

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Runs soon, also if it runs already and may have passed what has changed now. */
  runSoon(): void {
    this.isWanted = true;
    if (!this.running) this.schedule(0);
  }

  private schedule(inMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const notBefore = this.startedAt + SHORTEST_INTERVAL_MS - performance.now();
    this.timer = setTimeout(
      () => {
        this.startedAt = performance.now();
        this.running = this.run().then((nextMs) => {
          this.running = undefined;
          this.schedule(this.isWanted ? 0 : nextMs);
        });
      },
      Math.max(inMs, notBefore),
    ).unref();
  }

  /** @returns after how many milliseconds to run again */
  private async run(): Promise<number> {
    if (this.database.unreadyReason !== undefined || this.tenants.unreadyReason !== undefined) {
      return SHORTEST_INTERVAL_MS;
    }
    const wasWanted = this.isWanted;
    this.isWanted = false;
    try {
      return (await this.runAlone(wasWanted)) ? this.intervalMs : RETRY_MS;
    } catch (error) {
      this.logger.warn({ err: error }, 'Resources at Keycloak cannot be looked after now');
      return RETRY_MS;
    }
  }

  /**
   * @param wasWanted another replica that is at it may have passed what it was wanted for
   * @returns whether all is as it should be, or another replica sees to it
   */
  private async runAlone(wasWanted: boolean): Promise<boolean> {
    const connection = await this.database.openConnection();
    // What happens to it is seen by the statements that use it.
    connection.on('error', () => undefined);
    try {
      const { rows } = await connection.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS locked',
        [RECONCILER_LOCK],
      );
      return rows[0]?.locked === true ? await this.reconcileAll() : !wasWanted;
    } finally {
      await connection.end();
    }
  }

  private async reconcileAll(): Promise<boolean> {
    let isWhole = true;
    for (const tenant of this.tenants.all) {
      if (this.stopped) break;
      try {
        const until = performance.now() + LONGEST_TURN_MS;
        // What is left over is for the next round: a slow Keycloak must not keep the others waiting.
        await this.reconciler.reconcile(tenant, () => this.stopped || performance.now() > until);
      } catch (error) {
        isWhole = false;
        this.logger.warn(
          { tenant: tenant.id, err: error },
          `The resources of the applications of ${tenant.id} cannot be made to fit now; trying again`,
        );
      }
    }
    return isWhole;
  }
}
