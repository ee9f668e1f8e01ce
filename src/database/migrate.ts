import type { DataSource } from 'typeorm';

/** Any number that nothing else in the database locks on; it reads "tekton" on a telephone. */
const MIGRATION_LOCK = 835_866;

/** The database was migrated by a newer Tekton than this one. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
  /** What the process ends with. */
  readonly exitCode = 1;
}

/**
 * Brings the database up to date. TypeORM takes no lock of its own, so replicas that start
 * together would run one migration twice.
 *
 * @returns the names of the migrations that were run now
 * @throws {SchemaTooNewError} if the database knows migrations that this version does not
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const lockHolder = dataSource.createQueryRunner();
  try {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(dataSource);
    const run = await dataSource.runMigrations();
    await lockHolder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return run.map(({ name }) => name);
  } finally {
    await lockHolder.release();
  }
}

async function refuseNewerSchema(dataSource: DataSource): Promise<void> {
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS exists`,
  );
  if (!table?.exists) return;
  const applied = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations');
  const known = new Set(dataSource.migrations.map(({ constructor }) => constructor.name));
  const unknown = applied.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SchemaTooNewError(
      `The database was migrated by a newer Tekton (${unknown.join(', ')}). Run that version or a later one.`,
    );
  }
}
