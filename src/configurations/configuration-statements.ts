import type { Statement } from '../database/database.js';
import { unnestUnseen, unseen } from '../database/unseen.js';
import { appendFrom } from '../outbox/outbox.js';
import { signalPosition, takePosition } from '../outbox/placing.js';
import type { ConfigurationLevel } from './configuration-owner.js';
import {
  DELETE_DOCUMENT,
  noteDeletions,
  noteUpserts,
  REPLACE_STANDING,
} from './configuration-sql.js';
import { BY_GIVEN, OWNER, OWNER_BY } from './owner-sql.js';

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
   * What stands at each of several addresses: arrays of application names $1, appversion names $2,
   * tenant IDs $3 and instances $4. No row: no such owner.
   */
  readonly findEach: Statement;
  /**
   * Stores the documents $5 with digests $6 for the instances $4, their history, and their
   * notifications. $7: for each, the revision that must stand (0: nothing ever did); null if any
   * may. $8: who, $9: correlation ID, $10: the revision that is restored, or null. A row for each
   * that really changed. $11: the epoch of the lease under which the entry of a single document may be
   * placed at once, or null, and $12: the last position known. Rows are locked in the order of the
   * instances' names, so that concurrent writers do not wait for each other in a circle.
   */
  readonly put: Statement;
  /**
   * Replaces the configuration at each of several addresses, with history and notifications: arrays
   * of what finds them ($1 to $4, as in `findEach`), documents $5, digests $6, who ($7 subject, $8
   * client, $9 tenant), and correlation IDs $10. A row for each that really changed.
   *
   * It waits for nobody: where another transaction is at a row there is no row, nor where something
   * else is to be done than to replace the document of a row as it stands.
   */
  readonly replaceEach: Statement;
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
          AND c.service_instance_name = ANY (${unseen('$4::text[]')}::text[])
        ORDER BY c.service_instance_name`,
    },
    // OFFSET 0 keeps the planner from joining whole tables where it thinks them small.
    findEach: {
      name: `find_each_${level}_configuration`,
      text: `
        SELECT given.call::integer AS call, c.service_instance_name, c.document, c.digest, c.revision,
          c.changed_at
        FROM ${unnestUnseen('$1::text[]', '$2::text[]', '$3::text[]', '$4::text[]')}
            WITH ORDINALITY AS given (app_name, app_version_name, tenant_id, instance, call)
          CROSS JOIN LATERAL (${OWNER_BY[level](BY_GIVEN)} OFFSET 0) owner
          LEFT JOIN LATERAL (
            SELECT * FROM configurations
            WHERE level = '${level}' AND owner_name = owner.owner_name
              AND service_instance_name = given.instance
            OFFSET 0) c ON true`,
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
            CROSS JOIN ${unnestUnseen('$4::text[]', '$5::text[]', '$6::text[]', '$7::bigint[]')}
              AS given (instance, document, digest, revision)
          ORDER BY given.instance COLLATE "C"
          ${REPLACE_STANDING}
            AND (${unseen('$7::bigint[]')} IS NULL OR standing.revision = excluded.created_revision - 1)
          RETURNING id, service_instance_name, tenant_id, application_id, app_version_id, revision,
            created_revision, document, digest, changed_at
        ),
        history AS (
          ${noteUpserts('stored', { changedBy: '$8', correlationId: '$9', restoredFrom: '$10' })}
        ),
        place AS (${takePosition('stored', '$11', '$12')}),
        told AS (
          ${appendChange('stored', 'upsert', '$9', '(SELECT position FROM place)')}
          RETURNING position, message_id, operation, app_name, app_version_name, correlation_id,
            created_at
        ),
        placed AS MATERIALIZED (${signalPosition('told')})
        SELECT stored.tenant_id, stored.service_instance_name, stored.revision,
          stored.created_revision, stored.changed_at, placed.position, placed.message_id,
          placed.operation, placed.app_name, placed.app_version_name, placed.correlation_id,
          placed.created_at
        FROM stored LEFT JOIN placed ON true`,
    },
    replaceEach: {
      name: `replace_each_${level}_configuration`,
      text: `
        WITH found AS MATERIALIZED (
          SELECT c.id, given.*, owner.tenant_id AS owner_tenant_id, owner.application_id,
            owner.app_version_id, owner.app_name AS owner_app_name,
            owner.app_version_name AS owner_app_version_name
          FROM ${unnestUnseen('$1::text[]', '$2::text[]', '$3::text[]', '$4::text[]', '$5::text[]', '$6::text[]', '$7::text[]', '$8::text[]', '$9::text[]', '$10::text[]')}
              WITH ORDINALITY AS given (app_name, app_version_name, tenant_id, instance, document,
                digest, subject, client, caller_tenant, correlation_id, call)
            CROSS JOIN LATERAL (${OWNER_BY[level](BY_GIVEN)} OFFSET 0) owner
            CROSS JOIN LATERAL (
              SELECT id FROM configurations
              WHERE level = '${level}' AND owner_name = owner.owner_name
                AND service_instance_name = given.instance
              OFFSET 0 FOR UPDATE SKIP LOCKED) c
        ),
        stored AS (
          UPDATE configurations c
          SET revision = c.revision + 1, document = found.document, digest = found.digest,
            changed_at = clock_timestamp()
          FROM found
          WHERE c.id = found.id AND c.document IS NOT NULL AND c.digest <> found.digest
            AND c.tenant_id = found.owner_tenant_id
            AND c.application_id IS NOT DISTINCT FROM found.application_id
            AND c.app_version_id IS NOT DISTINCT FROM found.app_version_id
          RETURNING c.id, c.service_instance_name, c.tenant_id, c.application_id, c.revision,
            c.created_revision, c.document, c.digest, c.changed_at, found.subject, found.client,
            found.caller_tenant, found.correlation_id, found.owner_app_name,
            found.owner_app_version_name, found.call
        ),
        history AS (
          ${noteUpserts('stored', {
            changedBy: 'ARRAY[subject, client, caller_tenant]',
            correlationId: 'correlation_id',
          })}
        ),
        told AS (${appendFrom('(SELECT * FROM stored ORDER BY call) c', {
          operation: `'upsert'`,
          serviceInstanceName: 'c.service_instance_name',
          tenantId: 'c.tenant_id',
          appName: 'c.owner_app_name',
          appVersionName: 'c.owner_app_version_name',
          revision: 'c.revision',
          correlationId: 'c.correlation_id',
        })})
        SELECT call::integer AS call, tenant_id, service_instance_name, revision,
          created_revision, changed_at
        FROM stored`,
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

function appendChange(
  source: string,
  operation: string,
  correlationId: string,
  position?: string,
): string {
  return appendFrom(`(SELECT * FROM ${source} ORDER BY service_instance_name) c, owner`, {
    operation: `'${operation}'`,
    serviceInstanceName: 'c.service_instance_name',
    tenantId: 'c.tenant_id',
    appName: 'owner.app_name',
    appVersionName: 'owner.app_version_name',
    revision: 'c.revision',
    correlationId,
    ...(position !== undefined && { position }),
  });
}

export const STATEMENTS: Readonly<Record<ConfigurationLevel, ConfigurationStatements>> = {
  tenant: statementsOf('tenant'),
  application: statementsOf('application'),
  appversion: statementsOf('appversion'),
};
