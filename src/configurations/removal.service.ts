import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Application } from '../applications/application.entity.js';
import { requireApplication, type ApplicationRef } from '../applications/applications.service.js';
import { entityTag } from '../applications/named.js';
import { AppVersion } from '../applications/app-version.entity.js';
import { requireAppVersion, type AppVersionRef } from '../applications/app-versions.service.js';
import { ApplicationResources } from '../auth/application-resources.js';
import { AuditLog } from '../auth/audit-log.js';
import type { Call } from '../auth/call.js';
import { identityValues } from '../auth/caller.js';
import { noteDeletions } from './configuration-sql.js';
import { runIn, type Statement } from '../database/database.js';
import { Outbox, type ConfigurationChange } from '../outbox/outbox.js';

/**
 * Deletes the configurations below an owner $1, whose row is locked, keeping their counters, and
 * notes it in their history. $2: who, $3: correlation ID. A row for each that was there. The rows
 * are locked in the order in which writers of several lock them.
 */
function removeBelow(column: 'application_id' | 'app_version_id'): Statement {
  return {
    name: `remove_configurations_by_${column}`,
    text: `
      WITH standing AS (
        SELECT id, application_id, document IS NOT NULL AS live FROM configurations
        WHERE ${column} = $1 ORDER BY level, owner_name, service_instance_name FOR UPDATE
      ),
      removed AS (
        UPDATE configurations c
        SET document = NULL, digest = NULL, application_id = NULL, app_version_id = NULL,
          revision = c.revision + standing.live::int, changed_at = clock_timestamp()
        FROM standing WHERE c.id = standing.id
        RETURNING c.id, c.revision, c.tenant_id, c.changed_at, c.service_instance_name, standing.live,
          standing.application_id
      ),
      history AS (
        ${noteDeletions('removed WHERE live', { changedBy: '$2', correlationId: '$3' })}
      )
      SELECT DISTINCT service_instance_name FROM removed WHERE live
      ORDER BY service_instance_name`,
  };
}

const REMOVE_BELOW_APPLICATION = removeBelow('application_id');
const REMOVE_BELOW_APP_VERSION = removeBelow('app_version_id');

/** Deletes applications and versions with the configurations that hang on them. */
@Injectable()
export class RemovalService {
  constructor(
    private readonly outbox: Outbox,
    private readonly resources: ApplicationResources,
    private readonly audit: AuditLog,
  ) {}

  /** @throws {TektonError} NOT_FOUND */
  async removeApplication(ref: ApplicationRef, call: Call): Promise<void> {
    const removed = await this.resources.inTurn(ref.tenantId ?? call.caller.tenantId, () =>
      this.removeIn(ref, call),
    );
    this.audit.note(call, { operation: 'delete', ...removed });
  }

  private removeIn(ref: ApplicationRef, call: Call) {
    return this.outbox.transaction(async (tx) => {
      const application = await requireApplication(tx, ref, { lock: true });
      call.preconditions.check(entityTag(application));
      const { id, tenantId, name } = application;
      const instances = await removeConfigurations(tx, REMOVE_BELOW_APPLICATION, id, call);
      await tx.delete(Application, { id });
      const what = { tenantId, appName: name };
      await this.tell(tx, what, instances, call);
      if (!call.dryRun) await this.resources.delete(tx, application);
      return { ...what, serviceInstanceNames: instances };
    }, call.dryRun);
  }

  /** @throws {TektonError} NOT_FOUND */
  async removeAppVersion(ref: AppVersionRef, call: Call): Promise<void> {
    const removed = await this.outbox.transaction(async (tx) => {
      const application = await requireApplication(tx, ref, { lock: true });
      const version = await requireAppVersion(tx, ref, { lock: true });
      call.preconditions.check(entityTag(version));
      const { id, name } = version;
      const instances = await removeConfigurations(tx, REMOVE_BELOW_APP_VERSION, id, call);
      await tx.delete(AppVersion, { id });
      await tx.increment(Application, { id: application.id }, 'changeNumber', 1);
      const what = {
        tenantId: application.tenantId,
        appName: application.name,
        appVersionName: name,
      };
      await this.tell(tx, what, instances, call);
      return { ...what, serviceInstanceNames: instances };
    }, call.dryRun);
    this.audit.note(call, { operation: 'delete', ...removed });
  }

  private tell(
    tx: EntityManager,
    what: Omit<ConfigurationChange, 'operation' | 'correlationId'>,
    instances: readonly string[],
    { correlationId }: Call,
  ): Promise<void> {
    const deleted = { ...what, operation: 'delete', correlationId } as const;
    return this.outbox.append(tx, [
      deleted,
      ...instances.map((serviceInstanceName) => ({ ...deleted, serviceInstanceName })),
    ]);
  }
}

/** @returns the names of the instances that had one */
async function removeConfigurations(
  tx: EntityManager,
  statement: Statement,
  ownerId: string,
  { caller, correlationId }: Call,
): Promise<string[]> {
  const rows = await runIn<{ service_instance_name: string }>(tx, statement, [
    ownerId,
    identityValues(caller),
    correlationId,
  ]);
  return rows.map((row) => row.service_instance_name);
}
