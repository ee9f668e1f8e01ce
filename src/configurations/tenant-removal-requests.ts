import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

/**
 * A tenant that vanishes from the list long after it was unregistered may do so for another reason,
 * such as a fault of the list.
 */
const EXPIRES_AFTER = '1 hour';
/** Longer than a call takes: one that was allowed before the tenant was unregistered is over by then. */
const SETTLES_AFTER = '2 minutes';
/** More tenants than ever go at a time; whoever asks for more waits. */
const MOST_AT_A_TIME = 1000;

/** A tenant whose data is to be removed. */
export interface StandingRequest {
  readonly tenantId: string;
  readonly correlationId: string;
  readonly requestedAt: Date;
  /** Whether all is over by now that was under way when the tenant was unregistered. */
  readonly isSettled: boolean;
}

/** The requests that stand, and when that was so. */
export interface StandingRequests {
  readonly requests: readonly StandingRequest[];
  readonly moment: Date;
}

/** A tenant that is unregistered again has its full time again. */
const NOTE: Statement = {
  name: 'note_tenant_removal',
  text: `
    INSERT INTO tenant_removals (tenant_id, correlation_id) VALUES ($1, $2)
    ON CONFLICT (tenant_id) DO UPDATE
      SET correlation_id = excluded.correlation_id, requested_at = now()`,
};

const COLUMNS = `tenant_id AS "tenantId", correlation_id AS "correlationId",
  requested_at AS "requestedAt"`;

/** Those who have something come first: anybody on NATS may tell of tenants that never were. */
const LIST: Statement = {
  name: 'list_tenant_removals',
  text: `
    SELECT ${COLUMNS}, requested_at < now() - interval '${SETTLES_AFTER}' AS "isSettled",
      now() AS moment
    FROM tenant_removals r
    ORDER BY
      EXISTS (SELECT FROM applications a WHERE a.tenant_id = r.tenant_id)
        OR EXISTS (SELECT FROM configurations c
          WHERE c.level = 'tenant' AND c.owner_name = r.tenant_id AND c.document IS NOT NULL) DESC,
      requested_at
    LIMIT ${MOST_AT_A_TIME}`,
};

const EXPIRE: Statement = {
  name: 'expire_tenant_removals',
  text: `
    DELETE FROM tenant_removals WHERE requested_at < now() - interval '${EXPIRES_AFTER}'
    RETURNING ${COLUMNS}`,
};

/** One that was noted anew meanwhile stays. */
const SETTLE: Statement = {
  name: 'settle_tenant_removals',
  text: `
    DELETE FROM tenant_removals
    WHERE tenant_id = ANY ($1::text[]) AND requested_at < now() - interval '${SETTLES_AFTER}'
    RETURNING ${COLUMNS}`,
};

/** The request of tenant $1; if $2 is given, only that which was made then. */
const WITHDRAW: Statement = {
  name: 'withdraw_tenant_removal',
  text: `
    DELETE FROM tenant_removals
    WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR requested_at = $2) RETURNING ${COLUMNS}`,
};

/**
 * Requests to remove the data of tenants. They stand in the database, so that they outlive the
 * replica that has heard of them, and are done once however many have.
 */
@Injectable()
export class TenantRemovalRequests {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Whether data of tenants is removed at all: without security nobody could say who is gone. */
  get areWanted(): boolean {
    return (
      this.settings['kaa.security.enabled'] &&
      this.settings['kaa.tekton.tenant-removal'] === 'delete'
    );
  }

  get areReachable(): boolean {
    return this.database.unreadyReason === undefined;
  }

  async note(tenantId: string, correlationId: string): Promise<void> {
    await this.database.run(NOTE, [tenantId, correlationId]);
  }

  async list(): Promise<StandingRequests> {
    const rows = await this.database.run<StandingRequest & { moment: Date }>(LIST, []);
    return { requests: rows, moment: rows[0]?.moment ?? new Date(0) };
  }

  /** Gives up those that are too old. */
  expire(): Promise<Omit<StandingRequest, 'isSettled'>[]> {
    return this.database.run(EXPIRE, []);
  }

  /** Closes requests that are done. */
  settle(tenantIds: readonly string[]): Promise<Omit<StandingRequest, 'isSettled'>[]> {
    return this.database.run(SETTLE, [tenantIds]);
  }

  /** @returns whether there was such a request */
  async withdraw(tenantId: string, requestedAt?: Date): Promise<boolean> {
    const rows = await this.database.run(WITHDRAW, [tenantId, requestedAt ?? null]);
    return rows.length > 0;
  }
}
