import pg from 'pg';
import { documentOf } from './documents.js';

/** Configurations that one statement adds. */
const STEP = 10_000;
/** Of an application, beside its own one. */
const VERSIONS = 9;
/** Who has them; none of them is asked for anything. */
const TENANTS = 100;

/** What {@link addBallast} needs. */
export interface BallastOptions {
  databaseUrl: string;
  /** How many are there already, and how many there shall be. */
  from: number;
  to: number;
  /** Default: that of configurations which are only there. */
  instance?: string;
  /** Default: many others than the one that is measured. */
  tenantId?: string;
  progress: (what: string) => void;
}

/**
 * Applications with versions, each with a configuration and its history: as many as $1 to $2. $3: the
 * document, $4: the instance, $5: the tenant, or null for many.
 */
const ADD = `
  WITH numbers AS (
    SELECT number, number / ${VERSIONS + 1} AS application, number % ${VERSIONS + 1} AS version
    FROM generate_series($1::integer, $2::integer - 1) number
  ),
  named AS (
    SELECT numbers.*, 'ballast' || $4 || application AS app_name,
      coalesce($5, 'tenant-' || application % ${TENANTS}) AS tenant_id
    FROM numbers
  ),
  apps AS (
    INSERT INTO applications (tenant_id, name, relaxed_name, display_name)
    SELECT tenant_id, app_name, app_name, app_name FROM named WHERE version = 0
    RETURNING id, name, tenant_id
  ),
  versions AS (
    INSERT INTO app_versions (application_id, name, relaxed_name, display_name)
    SELECT apps.id, app_name || '-v' || version, app_name || '-v' || version, 'v' || version
    FROM named JOIN apps ON apps.name = app_name WHERE version > 0
    RETURNING id, application_id, name
  ),
  stored AS (
    INSERT INTO configurations (level, owner_name, service_instance_name, tenant_id,
      application_id, app_version_id, revision, created_revision, document, digest, changed_at)
    SELECT 'application', name, $4, tenant_id, id, NULL::bigint, 1, 1, $3, md5(name), now() FROM apps
    UNION ALL
    SELECT 'appversion', versions.name, $4, apps.tenant_id, apps.id, versions.id, 1, 1, $3,
      md5(versions.name), now()
    FROM versions JOIN apps ON apps.id = versions.application_id
    RETURNING id, tenant_id, application_id, document, digest
  )
  INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, application_id,
    operation, document, digest, size_bytes, changed_at, changed_by, correlation_id)
  SELECT id, 1, tenant_id, application_id, 'upsert', document, digest, octet_length(document), now(),
    'bench', 'ballast'
  FROM stored`;

/** Fills a database with configurations that nobody asks for, as a large cluster has them. */
export async function addBallast(options: BallastOptions): Promise<void> {
  const { databaseUrl, from, to, instance = 'ballast', tenantId = null, progress } = options;
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    // It is thrown away with the database.
    await client.query('SET synchronous_commit = off');
    for (let first = from; first < to; first += STEP) {
      progress(`${first.toLocaleString('en')} of ${to.toLocaleString('en')} configurations`);
      const last = Math.min(first + STEP, to);
      await client.query(ADD, [first, last, documentOf('ballast'), instance, tenantId]);
    }
    progress('VACUUM ANALYZE, as PostgreSQL does by itself in time');
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
