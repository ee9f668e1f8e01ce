import {
  DELETE_DOCUMENT,
  noteDeletions,
  noteUpserts,
  REPLACE_STANDING,
} from '../configurations/configuration-sql.js';
import type { Statement } from '../database/database.js';

/** Applications by name, kept from being deleted until the load is done. */
export const FIND_APPLICATIONS: Statement = {
  name: 'find_loaded_applications',
  text: `
    SELECT id, tenant_id, name, display_name, description FROM applications
    WHERE name = ANY ($1::text[]) ORDER BY name FOR KEY SHARE`,
};

export const FIND_VERSIONS: Statement = {
  name: 'find_loaded_versions',
  text: `
    SELECT id, application_id, name, display_name, description FROM app_versions
    WHERE name = ANY ($1::text[]) ORDER BY name FOR KEY SHARE`,
};

/** Creates those of the given that clash with none; a row for each. */
export const CREATE_APPLICATIONS: Statement = {
  name: 'create_loaded_applications',
  text: `
    INSERT INTO applications (tenant_id, name, relaxed_name, display_name, description)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
      AS given (tenant_id, name, relaxed_name, display_name, description)
    ORDER BY given.name COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING name`,
};

/** Creates those of the given that clash with none; a row for each. */
export const CREATE_VERSIONS: Statement = {
  name: 'create_loaded_versions',
  text: `
    INSERT INTO app_versions (application_id, name, relaxed_name, display_name, description)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
      AS given (application_id, name, relaxed_name, display_name, description)
    ORDER BY given.name COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING name`,
};

export const TOUCH_APPLICATIONS: Statement = {
  name: 'touch_loaded_applications',
  text: `
    UPDATE applications SET change_number = change_number + 1 WHERE id = ANY ($1::bigint[])`,
};

function describe(table: 'applications' | 'app_versions'): Statement {
  return {
    name: `describe_loaded_${table}`,
    text: `
      UPDATE ${table} SET display_name = given.display_name, description = given.description,
        change_number = change_number + 1, updated_at = now()
      FROM unnest($1::bigint[], $2::text[], $3::text[]) AS given (id, display_name, description)
      WHERE ${table}.id = given.id`,
  };
}

export const DESCRIBE_APPLICATIONS = describe('applications');
export const DESCRIBE_VERSIONS = describe('app_versions');

/** A configuration that a load changed. */
export interface ChangedRow {
  level: string;
  owner_name: string;
  service_instance_name: string;
  revision: string;
  created_revision: string;
}

/**
 * Stores documents with their history: $1 levels, $2 owners' names, $3 instances, $4 tenants,
 * $5 applications' IDs, $6 versions' IDs, $7 documents, $8 digests; $9: who, $10: correlation ID.
 * A row for each that really changed. Unlike the statement for one owner it tells nobody: a load
 * is told in few messages.
 */
export const PUT_CONFIGURATIONS: Statement = {
  name: 'put_loaded_configurations',
  text: `
    WITH stored AS (
      INSERT INTO configurations AS standing (level, owner_name, service_instance_name,
        tenant_id, application_id, app_version_id, revision, created_revision, document, digest,
        changed_at)
      SELECT given.level, given.owner_name, given.instance, given.tenant_id,
        given.application_id, given.app_version_id, 1, 1, given.document, given.digest,
        clock_timestamp()
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
          $7::text[], $8::text[])
        AS given (level, owner_name, instance, tenant_id, application_id, app_version_id,
          document, digest)
      ORDER BY given.level COLLATE "C", given.owner_name COLLATE "C", given.instance COLLATE "C"
      ${REPLACE_STANDING}
      RETURNING id, level, owner_name, service_instance_name, tenant_id, application_id, revision,
        created_revision, document, digest, changed_at
    ),
    history AS (
      ${noteUpserts('stored', { changedBy: '$9', correlationId: '$10' })}
    )
    SELECT level, owner_name, service_instance_name, revision, created_revision FROM stored`,
};

/** A configuration that a load deleted. */
export interface DeletedRow {
  app_name: string;
  app_version_name: string | null;
  service_instance_name: string;
  revision: string;
}

/**
 * Deletes what a replacing load does not name: the configurations of the tenant $1 for the
 * instances $2, aside from those at the levels $3, of the owners $4, for the instances $5. Where
 * $6 says that only the name is given, only an empty one is spared. $7: who, $8: correlation ID.
 */
export const DELETE_OTHERS: Statement = {
  name: 'delete_configurations_not_loaded',
  text: `
    WITH spared AS (
      SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::boolean[])
        AS given (level, owner_name, instance, is_name_only)
    ),
    standing AS (
      SELECT c.id FROM configurations c
      WHERE c.tenant_id = $1 AND c.level <> 'tenant' AND c.service_instance_name = ANY ($2::text[])
        AND c.document IS NOT NULL
        AND NOT EXISTS (
          SELECT FROM spared s
          WHERE s.level = c.level AND s.owner_name = c.owner_name
            AND s.instance = c.service_instance_name
            AND (NOT s.is_name_only OR c.document = '{}'))
      ORDER BY c.level, c.owner_name, c.service_instance_name FOR UPDATE
    ),
    deleted AS (
      UPDATE configurations c
      SET ${DELETE_DOCUMENT}
      FROM standing WHERE c.id = standing.id
      RETURNING c.id, c.level, c.owner_name, c.service_instance_name, c.tenant_id, c.application_id,
        c.revision, c.changed_at
    ),
    history AS (
      ${noteDeletions('deleted', { changedBy: '$7', correlationId: '$8' })}
    )
    SELECT a.name AS app_name,
      CASE WHEN d.level = 'appversion' THEN d.owner_name END AS app_version_name,
      d.service_instance_name, d.revision
    FROM deleted d JOIN applications a ON a.id = d.application_id
    ORDER BY a.name, app_version_name NULLS FIRST, d.service_instance_name`,
};
