import type { Statement } from '../database/database.js';
import { appendFrom } from '../outbox/outbox.js';
import type { ConfigurationLevel } from './configuration-owner.js';
import {
  DELETE_DOCUMENT,
  noteDeletions,
  noteUpserts,
  REPLACE_STANDING,
} from './configuration-sql.js';

/**
 * Finds the owner: one row, or none if it is missing or not the tenant's. Values: $1 application
 * name, $2 appversion name, $3 tenant ID (null: any tenant; names have none at tenant level).
 */
export const OWNER: Readonly<Record<ConfigurationLevel, string>> = {
  tenant: `
    SELECT $3::text AS tenant_id, NULL::bigint AS application_id, NULL::bigint AS app_version_id,
      $3::text AS owner_name, NULL::text AS app_name, NULL::text AS app_version_name
    WHERE $1::text IS NULL AND $2::text IS NULL`,
  application: `
    SELECT a.tenant_id, a.id AS application_id, NULL::bigint AS app_version_id,
      a.name AS owner_name, a.name AS app_name, NULL::text AS app_version_name
    FROM applications a
    WHERE a.name = $1 AND $2::text IS NULL AND ($3::text IS NULL OR a.tenant_id = $3)`,
  appversion: `
    SELECT a.tenant_id, a.id AS application_id, v.id AS app_version_id,
      v.name AS owner_name, a.name AS app_name, v.name AS app_version_name
    FROM applications a JOIN app_versions v ON v.application_id = a.id
    WHERE a.name = $1 AND v.name = $2 AND ($3::text IS NULL OR a.tenant_id = $3)`,
};

/** What stands at an address: a configuration, the counter of a deleted one, or nothing at all. */
export type FoundRow =
  | {
      service_instance_name: string;
      document: string | null;
      digest: string | null;
      revision: string;
      changed_at: Date;
    }
  | {
      service_instance_name: null;
      document: null;
      digest: null;
      revision: null;
      changed_at: null;
    };

/** A configuration that is there. */
export type LiveRow = Extract<FoundRow, { revision: string }> & { document: string };

export interface StoredRow {
  tenant_id: string;
  service_instance_name: string;
  revision: string;
  created_revision: string;
  changed_at: Date;
}

export interface ConfigurationStatements {
  /**
   * What stands at the owner's addresses for the instances $4. No row: no such owner. A row of
   * nulls: nothing ever stood there.
   */
  readonly find: Statement;
  /**
   * Stores the documents $5 with digests $6 for the instances $4, their history, and their
   * notifications. $7: for each, the revision that must stand (0: nothing ever did); null if any
   * may. $8: who, $9: correlation ID, $10: the revision that is restored, or null. A row for each
   * that really changed. Rows are locked in the order of the instances' names, so that concurrent
   * writers do not wait for each other in a circle.
   */
  readonly put: Statement;
  /**
   * Deletes the configuration for the instance $4. $5: who, $6: correlation ID, $7: the revision
   * that must stand, or null.
   */
  readonly delete: Statement;
}

/**
 * A configuration that is there for the first time has created_revision 1. What a writer requires
 * to stand travels in that column of the rejected row, the only way to compare it: revision 0, and
 * no other, leads to a first row.
 *
 * The row of a configuration is locked from its change to the commit, and the identity of its
 * outbox entry is taken in between: entries of one configuration have the order of its commits.
 */
function statementsOf(level: ConfigurationLevel): ConfigurationStatements {
  const owner = OWNER[level];
  return {
    find: {
      name: `find_${level}_configurations`,
      text: `
        WITH owner AS (${owner})
        SELECT c.service_instance_name, c.document, c.digest, c.revision, c.changed_at
        FROM owner LEFT JOIN configurations c
          ON c.level = '${level}' AND c.owner_name = owner.owner_name
          AND c.service_instance_name = ANY ($4::text[])
        ORDER BY c.service_instance_name`,
    },
    put: {
      name: `put_${level}_configurations`,
      text: `
        WITH owner AS (${owner}),
        stored AS (
          INSERT INTO configurations AS standing (level, owner_name, service_instance_name,
            tenant_id, application_id, app_version_id, revision, created_revision, document,
            digest, changed_at)
          SELECT '${level}', owner.owner_name, given.instance, owner.tenant_id,
            owner.application_id, owner.app_version_id, 1, coalesce(given.revision, 0) + 1,
            given.document, given.digest, clock_timestamp()
          FROM owner
            CROSS JOIN unnest($4::text[], $5::text[], $6::text[], $7::bigint[])
              AS given (instance, document, digest, revision)
          ORDER BY given.instance COLLATE "C"
          ${REPLACE_STANDING}
            AND ($7::bigint[] IS NULL OR standing.revision = excluded.created_revision - 1)
          RETURNING id, service_instance_name, tenant_id, application_id, revision,
            created_revision, document, digest, changed_at
        ),
        history AS (
          ${noteUpserts('stored', { changedBy: '$8', correlationId: '$9', restoredFrom: '$10' })}
        ),
        told AS (${appendChange('stored', 'upsert', '$9')})
        SELECT tenant_id, service_instance_name, revision, created_revision, changed_at FROM stored`,
    },
    delete: {
      name: `delete_${level}_configuration`,
      text: `
        WITH owner AS (${owner}),
        deleted AS (
          UPDATE configurations c
          SET ${DELETE_DOCUMENT}
          FROM owner
          WHERE c.level = '${level}' AND c.owner_name = owner.owner_name
            AND c.service_instance_name = $4 AND c.document IS NOT NULL
            AND ($7::bigint IS NULL OR c.revision = $7)
          RETURNING c.id, c.service_instance_name, c.tenant_id, c.application_id, c.revision,
            c.created_revision, c.changed_at
        ),
        history AS (
          ${noteDeletions('deleted', { changedBy: '$5', correlationId: '$6' })}
        ),
        told AS (${appendChange('deleted', 'delete', '$6')})
        SELECT tenant_id, service_instance_name, revision, created_revision, changed_at FROM deleted`,
    },
  };
}

function appendChange(source: string, operation: string, correlationId: string): string {
  return appendFrom(`(SELECT * FROM ${source} ORDER BY service_instance_name) c, owner`, {
    operation: `'${operation}'`,
    serviceInstanceName: 'c.service_instance_name',
    tenantId: 'c.tenant_id',
    appName: 'owner.app_name',
    appVersionName: 'owner.app_version_name',
    revision: 'c.revision',
    correlationId,
  });
}

export const STATEMENTS: Readonly<Record<ConfigurationLevel, ConfigurationStatements>> = {
  tenant: statementsOf('tenant'),
  application: statementsOf('application'),
  appversion: statementsOf('appversion'),
};
