import { Inject, Injectable } from '@nestjs/common';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../auth/audit-log.js';
import { runIn, type Statement } from '../database/database.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Outbox } from '../outbox/outbox.js';

const REMOVALS = 'tekton_tenants_removed_total';

export const removalCounterProvider = makeCounterProvider({
  name: REMOVALS,
  help: 'Times that this replica has deleted data of a tenant that was unregistered',
});

/** Applications that one statement sees to. */
const STEP = 500;

/** How much of a tenant was deleted. */
export interface RemovedCounts {
  readonly applications: number;
  readonly appVersions: number;
  readonly configurations: number;
}

/** Passes over a request that another replica is at; there is no row either if it was withdrawn. */
const HOLD_REQUEST: Statement = {
  name: 'hold_tenant_removal',
  text: `
    SELECT correlation_id FROM tenant_removals WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED`,
};

/** Whoever writes several applications locks them in this order too. */
const LOCK_APPLICATIONS: Statement = {
  name: 'lock_applications_of_tenant',
  text: `SELECT id FROM applications WHERE tenant_id = $1 ORDER BY name FOR UPDATE`,
};

/** Deletes documents and keeps the counters; unlike other deletions it leaves no history. */
function clear(name: string, which: string): Statement {
  return {
    name,
    text: `
      WITH standing AS (
        SELECT id, document IS NOT NULL AS live FROM configurations
        WHERE ${which} ORDER BY level, owner_name, service_instance_name FOR UPDATE
      ),
      cleared AS (
        UPDATE configurations c
        SET document = NULL, digest = NULL, application_id = NULL, app_version_id = NULL,
          revision = c.revision + standing.live::int, changed_at = clock_timestamp()
        FROM standing WHERE c.id = standing.id
        RETURNING standing.live
      )
      SELECT count(*)::int AS deleted FROM cleared WHERE live`,
  };
}

const CLEAR_BELOW_APPLICATIONS = clear(
  'clear_configurations_of_applications',
  'level = $1 AND application_id = ANY ($2::bigint[])',
);
const CLEAR_OF_TENANT = clear(
  'clear_configurations_of_tenant',
  `level = 'tenant' AND owner_name = $1 AND document IS NOT NULL`,
);

const DELETE_APPLICATIONS: Statement = {
  name: 'delete_applications_of_tenant',
  text: `
    WITH versions AS (SELECT id FROM app_versions WHERE application_id = ANY ($1::bigint[])),
      deleted AS (DELETE FROM applications WHERE id = ANY ($1::bigint[]) RETURNING id)
    SELECT (SELECT count(*)::int FROM deleted) AS applications,
      (SELECT count(*)::int FROM versions) AS versions`,
};

/** Deletes what a tenant has. Whether the tenant is gone is the caller's to know. */
@Injectable()
export class TenantRemoval {
  constructor(
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    @Inject(getToken(REMOVALS)) private readonly counter: Counter,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Deletes the applications and configurations of a tenant whose removal is requested, all at once,
   * and has that told if there were any. The request stays: what is done again finds nothing.
   *
   * @returns whether there were any; `undefined` if another replica is at it, or nothing is requested
   */
  async remove(tenantId: string): Promise<boolean | undefined> {
    const removed = await this.outbox.transaction((tx) => removeIn(tx, tenantId, this.outbox));
    if (!removed) return undefined;
    const { correlationId, counts } = removed;
    if (isNothing(counts)) return false;
    this.counter.inc();
    this.audit.note({ correlationId }, { operation: 'delete', tenantId, counts });
    this.logger.info(
      { tenant: tenantId, correlationId, counts },
      'The applications and configurations of a tenant that is gone were deleted',
    );
    return true;
  }
}

async function removeIn(
  tx: EntityManager,
  tenantId: string,
  outbox: Outbox,
): Promise<{ correlationId: string; counts: RemovedCounts } | undefined> {
  const [request] = await runIn<{ correlation_id: string }>(tx, HOLD_REQUEST, [tenantId]);
  if (!request) return undefined;
  const correlationId = request.correlation_id;
  const rows = await runIn<{ id: string }>(tx, LOCK_APPLICATIONS, [tenantId]);
  const applicationIds = rows.map(({ id }) => id);
  const counts = {
    configurations: await clearConfigurations(tx, tenantId, applicationIds),
    ...(await deleteApplications(tx, applicationIds)),
  };
  if (!isNothing(counts)) {
    await outbox.append(tx, [{ operation: 'delete', tenantId, correlationId }]);
  }
  return { correlationId, counts };
}

/**
 * In the order in which writers of several lock rows, but for versions where one application's name
 * begins with another's: a load that meets this there is run again, or this is.
 *
 * @returns how many there were
 */
async function clearConfigurations(
  tx: EntityManager,
  tenantId: string,
  applicationIds: readonly string[],
): Promise<number> {
  let deleted = 0;
  const run = async (statement: Statement, values: unknown[]) => {
    const [row] = await runIn<{ deleted: number }>(tx, statement, values);
    deleted += row?.deleted ?? 0;
  };
  for (const level of ['application', 'appversion']) {
    for (const ids of chunks(applicationIds)) await run(CLEAR_BELOW_APPLICATIONS, [level, ids]);
  }
  await run(CLEAR_OF_TENANT, [tenantId]);
  return deleted;
}

async function deleteApplications(
  tx: EntityManager,
  applicationIds: readonly string[],
): Promise<Pick<RemovedCounts, 'applications' | 'appVersions'>> {
  let [applications, appVersions] = [0, 0];
  for (const ids of chunks(applicationIds)) {
    const [row] = await runIn<{ applications: number; versions: number }>(tx, DELETE_APPLICATIONS, [
      ids,
    ]);
    applications += row?.applications ?? 0;
    appVersions += row?.versions ?? 0;
  }
  return { applications, appVersions };
}

function* chunks(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += STEP) yield ids.slice(start, start + STEP);
}

function isNothing({ applications, configurations }: RemovedCounts): boolean {
  return applications + configurations === 0;
}
