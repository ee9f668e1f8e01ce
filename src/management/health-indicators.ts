import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { NatsConnection } from '../nats/nats-connection.js';
import { Backlog } from '../scmp/backlog.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Tenants } from '../tenancy/tenants.js';

const PING: Statement = { name: 'ping', text: 'SELECT 1' };

/** What may be wrong, and what it is if it is; `undefined` if all is well. */
export type Indicator = () => Promise<string | undefined>;

/** Looks at each thing that Tekton needs. */
@Injectable()
export class HealthIndicators {
  private stopping = false;

  constructor(
    private readonly connection: Database,
    private readonly natsConnection: NatsConnection,
    private readonly backlog: Backlog,
    private readonly tenantList: Tenants,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** From now on this replica is not ready: it takes no new requests. */
  markStopping(): void {
    this.stopping = true;
  }

  readonly database: Indicator = async () => {
    const reason = this.connection.unreadyReason;
    if (reason !== undefined) return `The database cannot be used: ${reason}`;
    try {
      await this.connection.runApart(PING, []);
      return undefined;
    } catch {
      return 'The database does not answer';
    }
  };

  readonly nats: Indicator = () => Promise.resolve(this.natsConnection.unreadyReason);

  readonly outbox: Indicator = async () => {
    if (!this.natsConnection.isConnected) return undefined;
    const limit = this.settings['outbox.stuck-after'];
    try {
      const { entries, oldestSeconds } = await this.backlog.measure();
      return oldestSeconds > limit
        ? `${entries} notifications wait to be sent, the oldest for ${Math.round(oldestSeconds)} s (limit ${limit} s)`
        : undefined;
    } catch {
      // That the database does not answer is said by its own indicator.
      return undefined;
    }
  };

  readonly tenants: Indicator = () => Promise.resolve(this.tenantList.unreadyReason);

  /** What is degraded, and does not keep this replica from serving. */
  warnings(): string[] {
    return [this.tenantList.warning].filter((warning) => warning !== undefined);
  }

  readonly running: Indicator = () =>
    Promise.resolve(this.stopping ? 'This replica is stopping' : undefined);
}
