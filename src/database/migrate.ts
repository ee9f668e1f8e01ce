import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { createDataSource, type DataSourceSettings } from './data-source.js';
import { isLockTimeout } from './database-error.js';

/** Any number that nothing else in the database locks on; it reads "tekton" on a telephone. */
const MIGRATION_LOCK = 835_866;

/**
 * A statement that waits for a table keeps all others from it that come after: so it gives up soon,
 * lets them pass, and tries again.
 */
const LOCK_TIMEOUT_MS = 2000;
const LOCK_RETRY_MS = 1000;

/** The database was migrated by a newer Tekton than this one. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
  /** What the process ends with. */
  readonly exitCode = 1;
}

/**
 * Brings the database up to date, however long that takes. Replicas that start together wait for the
 * one that is at it.
 *
 * @param onBusy called when somebody uses a table for so long that it is tried again
 * @returns the names of the migrations that were run now
 * @throws {SchemaTooNewError} if the database knows migrations that this version does not
 */
export async function migrate(
  settings: DataSourceSettings,
  onBusy: (message: string) => void,
): Promise<string[]> {
  const { queryTimeoutMs: _, ...untimed } = settings;
  const dataSource = createDataSource({
    ...untimed,
    poolSize: 2,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    return await migrateAlone(dataSource, onBusy);
  } finally {
    await dataSource.destroy();
  }
}

/** TypeORM takes no lock of its own, so replicas would run one migration twice. */
async function migrateAlone(
  dataSource: DataSource,
  onBusy: (message: string) => void,
): Promise<string[]> {
  const lockHolder = dataSource.createQueryRunner();
  try {
    await lockHolder.query('SET lock_timeout = 0');
    await lockHolder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(dataSource);
    const names = await runAll(dataSource, onBusy);
    await lockHolder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return names;
  } finally {
    await lockHolder.release();
  }
}

async function runAll(
  dataSource: DataSource,
  onBusy: (message: string) => void,
): Promise<string[]> {
  for (;;) {
    try {
      const run = await dataSource.runMigrations();
      return run.map(({ name }) => name);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      onBusy('A migration waits for a table that somebody uses for long; trying again');
      await sleep(LOCK_RETRY_MS);
    }
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
