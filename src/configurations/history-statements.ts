import type { Statement } from '../database/database.js';
import type { ConfigurationLevel } from './configuration-owner.js';
import { OWNER } from './owner-sql.js';

/** A change of a configuration, without its document. */
export interface RevisionRow {
  revision: string;
  operation: 'upsert' | 'delete';
  changed_at: Date;
  changed_by: string;
  changed_by_client: string | null;
  changed_by_tenant: string | null;
  correlation_id: string;
  size_bytes: number | null;
  restored_from: string | null;
}

/** A change with the document that it stored; null if it deleted. */
export type RevisionDocumentRow = RevisionRow & { document: string | null };

/** Whose history is asked for: that of what is there, or that of former owners of its names. */
export type HistoryOf = 'present' | 'deleted';

export interface HistoryStatements {
  /** For the instance $4 the revisions before $5 (null: all), newest first, at most $6. */
  readonly list: Statement;
  /** For the instance $4 the revision $5; null: the newest. */
  readonly read: Statement;
}

const COLUMNS = `r.revision, r.operation, r.changed_at, r.changed_by, r.changed_by_client,
  r.changed_by_tenant, r.correlation_id, r.size_bytes, r.restored_from`;

/** What an address's counter has counted, of one application's identity only. */
function present(level: ConfigurationLevel): string {
  return `
    FROM (${OWNER[level]}) owner
      JOIN configurations c ON c.level = '${level}' AND c.owner_name = owner.owner_name
        AND c.service_instance_name = $4
      JOIN configuration_revisions r ON r.configuration_id = c.id
        AND r.application_id IS NOT DISTINCT FROM owner.application_id
    WHERE true`;
}

/** What it has counted for applications, or versions, that are gone. */
function deleted(level: ConfigurationLevel): string {
  const gone =
    level === 'appversion'
      ? 'OR NOT EXISTS (SELECT FROM app_versions v WHERE v.name = c.owner_name)'
      : '';
  return `
    FROM configurations c JOIN configuration_revisions r ON r.configuration_id = c.id
    WHERE c.level = '${level}' AND c.owner_name = coalesce($2::text, $1::text, '')
      AND c.service_instance_name = $4
      AND ($3::text IS NULL OR r.tenant_id = $3)
      AND r.application_id IS NOT NULL
      AND (NOT EXISTS (SELECT FROM applications a WHERE a.id = r.application_id) ${gone})`;
}

function statementsOf(level: ConfigurationLevel, of: HistoryOf): HistoryStatements {
  const source = of === 'present' ? present(level) : deleted(level);
  return {
    list: {
      name: `list_${of}_${level}_history`,
      text: `
        SELECT ${COLUMNS} ${source} AND ($5::bigint IS NULL OR r.revision < $5)
        ORDER BY r.revision DESC LIMIT $6`,
    },
    read: {
      name: `read_${of}_${level}_history`,
      text: `
        SELECT ${COLUMNS}, r.document ${source} AND ($5::bigint IS NULL OR r.revision = $5)
        ORDER BY r.revision DESC LIMIT 1`,
    },
  };
}

function bothOf(level: ConfigurationLevel): Readonly<Record<HistoryOf, HistoryStatements>> {
  return { present: statementsOf(level, 'present'), deleted: statementsOf(level, 'deleted') };
}

export const HISTORY_STATEMENTS: Readonly<
  Record<ConfigurationLevel, Readonly<Record<HistoryOf, HistoryStatements>>>
> = {
  tenant: bothOf('tenant'),
  application: bothOf('application'),
  appversion: bothOf('appversion'),
};
