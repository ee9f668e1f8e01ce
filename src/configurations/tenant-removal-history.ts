import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { ToldOfTenants } from '../outbox/told-of-tenants.js';

/** Revisions that one statement looks at, so that it never keeps others waiting. */
const STEP = 1000;
const PAUSE_MS = 10;

/**
 * Looks at the revisions after $1, $2, and deletes those of the tenants $3 that are not newer than
 * $4. It asks for the request each time: one that was withdrawn has nothing deleted any more.
 */
const ERASE: Statement = {
  name: 'erase_history_of_tenants',
  text: `
    WITH step AS (
      SELECT configuration_id, revision, tenant_id, changed_at FROM configuration_revisions
      WHERE (configuration_id, revision) > ($1::bigint, $2::bigint)
      ORDER BY configuration_id, revision LIMIT ${STEP}
    ),
    standing AS (SELECT tenant_id FROM tenant_removals WHERE tenant_id = ANY ($3::text[])),
    found AS (SELECT step.* FROM step JOIN standing USING (tenant_id)),
    erased AS (
      DELETE FROM configuration_revisions r USING found
      WHERE r.configuration_id = found.configuration_id AND r.revision = found.revision
        AND found.changed_at <= $4::timestamptz
      RETURNING r.revision
    )
    SELECT configuration_id AS "configurationId", revision,
      (SELECT count(*)::int FROM step) AS seen,
      (SELECT count(*)::int FROM standing) AS standing,
      ARRAY(SELECT DISTINCT tenant_id FROM found) AS found,
      (SELECT count(*)::int FROM erased) AS erased
    FROM step ORDER BY configuration_id DESC, revision DESC LIMIT 1`,
};

interface ErasedRow {
  configurationId: string;
  revision: string;
  seen: number;
  standing: number;
  found: string[];
  erased: number;
}

/**
 * Erases what history, and what is kept of notifications, holds of tenants that are gone. Their revisions may stand anywhere, since an
 * address keeps its counter when its name goes over to another tenant, and no index leads to them:
 * all history is walked through, once for all of them.
 */
@Injectable()
export class TenantHistory {
  constructor(
    private readonly database: Database,
    private readonly told: ToldOfTenants,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param tenantIds those whose removal is requested
   * @param moment when they were known to be gone: what is newer may be a later tenant's, and stays
   * @returns those who had any, newer ones too; `undefined` if it was stopped
   */
  async erase(
    tenantIds: readonly string[],
    moment: Date,
    isStopped: () => boolean,
  ): Promise<ReadonlySet<string> | undefined> {
    await this.told.erase(tenantIds, moment, isStopped);
    const found = new Set<string>();
    let [configurationId, revision, erased] = ['0', '0', 0];
    for (;;) {
      if (isStopped()) return undefined;
      const values = [configurationId, revision, tenantIds, moment];
      const [row] = await this.database.run<ErasedRow>(ERASE, values);
      erased += row?.erased ?? 0;
      for (const tenantId of row?.found ?? []) found.add(tenantId);
      if (!row || row.seen < STEP || row.standing === 0) break;
      ({ configurationId, revision } = row);
      await sleep(PAUSE_MS);
    }
    if (erased > 0) {
      this.logger.info(
        { tenants: [...found], revisions: erased },
        'The history of tenants that are gone was erased',
      );
    }
    return found;
  }
}
