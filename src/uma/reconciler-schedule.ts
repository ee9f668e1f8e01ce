import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Rounds } from '../retry/rounds.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Tenants } from '../tenancy/tenants.js';
import { ResourceReconciler } from './resource-reconciler.js';

/** Any number that nothing else in the database locks on. */
const RECONCILER_LOCK = 835_867;
/** After which it is looked whether the database and the tenants are there. */
const UNREADY_MS = 1000;
/** What each tenant is given of a round. */
const LONGEST_TURN_MS = 60_000;
/** What could not be mended is tried again by then. */
const RETRY_MS = 5000;

/** Runs the reconciler at the start, every few minutes, and when it is asked for; in one replica at a time. */
@Injectable()
export class ReconcilerSchedule extends Rounds {
  private readonly intervalMs: number;

  constructor(
    private readonly reconciler: ResourceReconciler,
    private readonly database: Database,
    private readonly tenants: Tenants,
    @Inject(SETTINGS) settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(0);
    this.intervalMs = settings['kaa.security.uma.reconcile-interval'] * 1000;
  }

  protected async run(wasWanted: boolean): Promise<number> {
    if (this.database.unreadyReason !== undefined || this.tenants.unreadyReason !== undefined) {
      if (wasWanted) this.runSoon();
      return UNREADY_MS;
    }
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
      if (this.isStopping) break;
      try {
        const until = performance.now() + LONGEST_TURN_MS;
        // What is left over is for the next round: a slow Keycloak must not keep the others waiting.
        await this.reconciler.reconcile(tenant, () => this.isStopping || performance.now() > until);
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
