import type { Client, Pool, PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { reasonOf } from '../errors/reason.js';
import { refusedCertificate } from '../errors/refused-certificate.js';
import type { Logger } from '../logging/logger.js';
import { keepTrying } from '../retry/keep-trying.js';
import { createDataSource, type DataSourceSettings } from './data-source.js';
import {
  databaseUnavailable,
  isDeadlock,
  isReadOnly,
  isUnanswered,
  translate,
} from './database-error.js';
import { createApartPool, openApart, type ApartSettings } from './apart.js';
import { cutOff, dropUnanswered } from './cut-off.js';
import { migrate, SchemaTooNewError } from './migrate.js';
import { Snapshot } from './snapshot.js';

const BACK_OFF = { firstMs: 200, lastMs: 5000 };
const TRANSACTION_ATTEMPTS = 5;

export type DatabaseSettings = DataSourceSettings & ApartSettings;

/** SQL that PostgreSQL parses and plans once a connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * The database: connected and migrated in the background, so that Tekton starts without it, says
 * so, and serves once it is there.
 */
export class Database {
  private dataSource: DataSource | undefined;
  private apart: Pool | undefined;
  private stopping: AbortController | undefined;
  private problem = 'The database has not been reached yet';

  constructor(
    private readonly settings: DatabaseSettings,
    private readonly logger: Logger,
  ) {}

  /** Why the database cannot be used; `undefined` while it can. */
  get unreadyReason(): string | undefined {
    return this.dataSource ? undefined : this.problem;
  }

  /** Connects and migrates, retrying until it works or `stop` is called. */
  async start(): Promise<void> {
    const stopping = new AbortController();
    this.stopping = stopping;
    const { signal } = stopping;
    const tell = (error: unknown, waitMs: number) => {
      this.problem = problemOf(error);
      if (error instanceof SchemaTooNewError) throw error;
      this.logger.warn(
        { err: error },
        `The database cannot be used yet: ${this.problem}. Trying again in ${waitMs} ms.`,
      );
    };
    await keepTrying(() => this.open(signal), tell, { ...BACK_OFF, signal });
  }

  private async open(stopping: AbortSignal): Promise<void> {
    const tellBusy = (message: string) => {
      this.logger.warn(message);
    };
    const migrated = await migrate(this.settings, tellBusy);
    if (migrated.length > 0)
      this.logger.info({ migrations: migrated }, 'The database was migrated');
    const dataSource = await createDataSource(this.settings).initialize();
    if (stopping.aborted) {
      await dataSource.destroy();
      return;
    }
    this.apart = createApartPool(this.settings, this.logger);
    this.dataSource = dataSource;
    dropUnanswered(this.pool);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    this.problem = 'Tekton is stopping';
    const dataSource = this.dataSource;
    this.dataSource = undefined;
    await Promise.all([dataSource?.destroy(), this.apart?.end()]);
  }

  /**
   * Runs one statement in a transaction of its own: one round trip.
   *
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async run<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    try {
      const { rows } = await this.pool.query<Row>({ ...statement, values });
      return rows;
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Runs one statement like `run`, on connections that callers of the API do not wait for.
   *
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async runApart<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (!this.dataSource || !this.apart) throw databaseUnavailable();
    try {
      const { rows } = await this.apart.query<Row>({ ...statement, values });
      return rows;
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Runs some statements in one transaction, which is undone if `work` throws. Where PostgreSQL
   * ends it to resolve a deadlock, `work` is run again from its start.
   *
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async transaction<Result>(work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transact(work);
      } catch (error) {
        if (attempt === TRANSACTION_ATTEMPTS || !isDeadlock(error)) throw translate(error);
      }
    }
  }

  private async transact<Result>(work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    const runner = this.ready.createQueryRunner();
    try {
      await runner.startTransaction();
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // Nothing can be undone, or asked, where there was no answer: it would only be waited for again.
      // One that may only read may be of a server, or a time, that is not the right one any more.
      if (isUnanswered(error) || isReadOnly(error)) cutOff((await runner.connect()) as PoolClient);
      else await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /**
   * Opens a view of one moment, for reading more than one answer should hold.
   *
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async openSnapshot(): Promise<Snapshot> {
    try {
      return await Snapshot.open(this.ready.createQueryRunner());
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Reads by entity, outside a transaction.
   *
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  async read<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.ready.manager);
    } catch (error) {
      throw translate(error);
    }
  }

  /** Connections of the pool: open, idle, and calls that wait for one. */
  get poolUse(): { total: number; idle: number; waiting: number } {
    if (!this.dataSource) return { total: 0, idle: 0, waiting: 0 };
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  private get ready(): DataSource {
    if (!this.dataSource) throw databaseUnavailable();
    return this.dataSource;
  }

  private get pool(): Pool {
    return (this.ready.driver as PostgresDriver).master as Pool;
  }

  /** A connection outside the pools, for what only a connection can keep; the caller ends it. */
  openConnection(): Promise<Client> {
    return openApart(this.settings);
  }
}

/** Runs a statement within a transaction. */
export async function runIn<Row extends object>(
  tx: EntityManager,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const client = (await tx.queryRunner?.connect()) as PoolClient;
  const { rows } = await client.query<Row>({ ...statement, values });
  return rows;
}

function problemOf(error: unknown): string {
  const refused = refusedCertificate(error);
  if (refused !== undefined) {
    return `PostgreSQL cannot be trusted, its certificate is refused: ${refused} (see database.tls)`;
  }
  return reasonOf(error);
}
