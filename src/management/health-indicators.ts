import { Inject, Injectable } from '@nestjs/common';
import { SettingsReload } from '../instances/settings-reload.js';
import { NatsConnection } from '../nats/nats-connection.js';
import { LEASE_ROW_MISSING, type BacklogSize } from '../scmp/backlog.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Tenants } from '../tenancy/tenants.js';
import { DatabaseVitals } from './database-vitals.js';

/** For which those who ask how Tekton is wait for the database: they give up by themselves soon. */
const PATIENCE_MS = 3000;

/** What may be wrong, and what it is if it is; `undefined` if all is well. */
export type Indicator = () => Promise<string | undefined>;

/** Looks at each thing that Tekton needs. */
@Injectable()
export class HealthIndicators {
  private stopping = false;

  constructor(
    private readonly stored: DatabaseVitals,
    private readonly natsConnection: NatsConnection,
    private readonly tenantList: Tenants,
    private readonly settingsReload: SettingsReload,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** From now on this replica is not ready: it takes no new requests. */
  markStopping(): void {
    this.stopping = true;
  }

  readonly database: Indicator = async () => {
    const reason = this.stored.unreadyReason;
    if (reason !== undefined) return `The database cannot be used: ${reason}`;
    try {
      const missing = await this.stored.missingMigrations(PATIENCE_MS);
      return missing.length > 0
        ? `The database lacks migrations, as one that was restored from before them: ${missing.join(', ')}. Start Tekton anew: it runs them`
        : undefined;
    } catch (error) {
      return isUndefinedTable(error)
        ? 'The database has lost the tables of Tekton. Restore it from a backup'
        : 'The database does not answer';
    }
  };

  readonly nats: Indicator = () => Promise.resolve(this.natsConnection.unreadyReason);

  readonly outbox: Indicator = async () => {
    const limit = this.settings['outbox.stuck-after'];
    const [unanswered, backlog] = await Promise.all([this.database(), this.measureBacklog()]);
    if ('problem' in backlog) {
      const { problem } = backlog;
      if (problem === LEASE_ROW_MISSING) return problem;
      // That the database does not answer at all is said by its own indicator.
      if (unanswered !== undefined) return undefined;
      return `How many notifications wait to be sent cannot be found out: ${problem}`;
    }
    const { entries, oldestSeconds } = backlog;
    // Without NATS they wait, as they should: that NATS is away is said by its own indicator.
    if (oldestSeconds <= limit || !this.natsConnection.isConnected) return undefined;
    return `${entries} notifications wait to be sent, the oldest for ${Math.round(oldestSeconds)} s (limit ${limit} s)`;
  };

  readonly tenants: Indicator = () => Promise.resolve(this.tenantList.unreadyReason);

  readonly running: Indicator = () =>
    Promise.resolve(this.stopping ? 'This replica is stopping' : undefined);

  /** What is degraded, and does not keep this replica from serving. */
  warnings(): string[] {
    const { warning } = this.settingsReload;
    const { warnings } = this.tenantList;
    return warning === undefined ? warnings : [warning, ...warnings];
  }

  private async measureBacklog(): Promise<BacklogSize | { problem: string }> {
    try {
      return await this.stored.backlog(PATIENCE_MS);
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }
}

/** SQLSTATE 42P01. */
function isUndefinedTable(error: unknown): boolean {
  return (error as { code?: unknown }).code === '42P01';
}
