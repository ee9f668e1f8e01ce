/** Parts that all statements which change configurations share. */

/**
 * What an INSERT INTO configurations AS standing does where the address has a row already: the
 * counter goes on, also after a deletion and for another owner of the name.
 */
export const REPLACE_STANDING = `
  ON CONFLICT (level, owner_name, service_instance_name) DO UPDATE SET
    tenant_id = excluded.tenant_id,
    application_id = excluded.application_id,
    app_version_id = excluded.app_version_id,
    revision = standing.revision + 1,
    created_revision = CASE WHEN standing.document IS NULL
      THEN standing.revision + 1 ELSE standing.created_revision END,
    document = excluded.document,
    digest = excluded.digest,
    changed_at = clock_timestamp()
  WHERE standing.digest IS DISTINCT FROM excluded.digest`;

/** What an UPDATE of configurations c sets to delete a document and keep the counter. */
export const DELETE_DOCUMENT = `document = NULL, digest = NULL, revision = c.revision + 1,
  changed_at = clock_timestamp()`;

/** The values that history takes from the call, as SQL expressions. */
interface ChangedIn {
  /** Subject, client and tenant (text[]). */
  changedBy: string;
  correlationId: string;
  restoredFrom?: string;
}

const WHO = 'changed_by, changed_by_client, changed_by_tenant';

function who(changedBy: string): string {
  return [1, 2, 3].map((index) => `(${changedBy}::text[])[${index}]`).join(', ');
}

/** Notes the documents that `source` has stored; it has the columns of configurations. */
export function noteUpserts(source: string, changedIn: ChangedIn): string {
  const { changedBy, correlationId, restoredFrom = 'NULL' } = changedIn;
  return `INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, application_id,
      operation,
      document, digest, size_bytes, changed_at, ${WHO}, correlation_id, restored_from)
    SELECT id, revision, tenant_id, application_id, 'upsert', document, digest, octet_length(document),
      changed_at, ${who(changedBy)}, ${correlationId}, ${restoredFrom}::bigint
    FROM ${source}`;
}

/** Notes the deletions of `source`. */
export function noteDeletions(source: string, { changedBy, correlationId }: ChangedIn): string {
  return `INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, application_id,
      operation,
      changed_at, ${WHO}, correlation_id)
    SELECT id, revision, tenant_id, application_id, 'delete', changed_at,
      ${who(changedBy)}, ${correlationId}
    FROM ${source}`;
}
