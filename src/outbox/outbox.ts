import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database, runIn, type Statement } from '../database/database.js';
import type { DryRunReport } from './dry-run.js';
import { OutboxEntry } from './outbox-entry.entity.js';
import type { PlacedEntry } from './placed-entry.js';
import { NO_RIGHT, type Placer, type PlacingRight } from './placing.js';

/** Something that those who take their configuration from Tekton must be told. */
export interface ConfigurationChange {
  readonly operation: 'upsert' | 'delete';
  /** The instance whose configuration changed; none if every instance must be told. */
  readonly serviceInstanceName?: string;
  /** None if more than one tenant is concerned. */
  readonly tenantId?: string;
  /** Given if more than one tenant is concerned. */
  readonly concernedTenantIds?: readonly string[];
  /** None if it concerns the tenant, or more than one application of it. */
  readonly appName?: string;
  readonly appVersionName?: string;
  /** Given if it is about one configuration alone. */
  readonly revision?: string;
  /** That of the REST call that made the change. */
  readonly correlationId: string;
}

/** What the subject of a message depends on. */
export type ToldTo = Pick<ConfigurationChange, 'operation' | 'serviceInstanceName'>;

/** What a transaction has appended: it is not visible to any other yet. */
const OWN_ENTRIES: Statement = {
  name: 'read_own_outbox_entries',
  text: `
    SELECT DISTINCT operation, service_instance_name AS "serviceInstanceName" FROM outbox
    WHERE position IS NULL AND xmin = pg_current_xact_id()::xid
    ORDER BY "serviceInstanceName" NULLS FIRST, operation`,
};

/** Rows of one INSERT: PostgreSQL takes 65,535 values in a statement. */
const APPEND_CHUNK = 1000;

/** Undoes a transaction that was only tried. */
const UNDO = new Error('This was a dry run');

/** Columns that an SQL statement gives for a change, as SQL expressions over its source. */
export interface ChangeColumns {
  operation: string;
  serviceInstanceName: string;
  tenantId: string;
  appName: string;
  appVersionName: string;
  revision: string;
  correlationId: string;
  /** Default: the relay gives it. */
  position?: string;
}

/**
 * Changes that must be told. They are written in the transaction of the change itself, so that
 * neither can be without the other; the relay sends them.
 */
@Injectable()
export class Outbox {
  private readonly listeners = new Set<() => void>();
  private subjectOf: (told: ToldTo) => string = () => '';
  private placer: Placer = { right: NO_RIGHT, take: () => undefined };

  constructor(private readonly database: Database) {}

  /**
   * Runs a transaction that may append changes, and wakes the relay once it is committed.
   *
   * @param dryRun if given, the transaction is undone, and what it would have told is reported
   */
  async transaction<Result>(
    work: (tx: EntityManager) => Promise<Result>,
    dryRun?: DryRunReport,
  ): Promise<Result> {
    if (dryRun) return this.rehearse(work, dryRun);
    const result = await this.database.transaction(work);
    this.wake();
    return result;
  }

  /** Runs one statement that appends changes itself, as a transaction of its own. */
  async run<Row extends object>(
    statement: Statement,
    values: unknown[],
    dryRun?: DryRunReport,
  ): Promise<Row[]> {
    if (dryRun) return this.rehearse((tx) => runIn<Row>(tx, statement, values), dryRun);
    const rows = await this.database.run<Row>(statement, values);
    if (rows.length > 0) this.wake();
    return rows;
  }

  /**
   * Runs one statement that appends a change, and places it itself if this replica has the right to.
   *
   * @param valuesWith what the statement takes under the right given
   */
  async runPlacing<Row extends object>(
    statement: Statement,
    valuesWith: (right: PlacingRight) => unknown[],
  ): Promise<Row[]> {
    const rows = await this.database.run<Row & (PlacedEntry | { position: null })>(
      statement,
      valuesWith(this.placer.right),
    );
    for (const row of rows) {
      if (row.position === null) this.wake();
      else this.placer.take(row);
    }
    return rows;
  }

  /** Says who has the right to place entries, and sends them. */
  leavePlacingTo(placer: Placer): void {
    this.placer = placer;
  }

  /** Says how messages are addressed, which only the module that sends them knows. */
  nameSubjects(subjectOf: (told: ToldTo) => string): void {
    this.subjectOf = subjectOf;
  }

  /**
   * Notes changes, in their order. Call it after the rows that changed are written: changes of one
   * configuration are then noted in the order of their commits, since the row's lock is held.
   */
  async append(tx: EntityManager, changes: readonly ConfigurationChange[]): Promise<void> {
    for (let start = 0; start < changes.length; start += APPEND_CHUNK) {
      const chunk = changes.slice(start, start + APPEND_CHUNK);
      await tx.insert(
        OutboxEntry,
        chunk.map(({ concernedTenantIds, ...change }) => ({
          ...change,
          messageId: randomUUID(),
          ...(concernedTenantIds && { concernedTenantIds: [...concernedTenantIds] }),
        })),
      );
    }
  }

  /** Calls `listener` whenever changes may have been committed. */
  onCommitted(listener: () => void): void {
    this.listeners.add(listener);
  }

  private wake(): void {
    for (const listener of this.listeners) listener();
  }

  private async rehearse<Result>(
    work: (tx: EntityManager) => Promise<Result>,
    report: DryRunReport,
  ): Promise<Result> {
    let outcome: { result: Result } | undefined;
    try {
      await this.database.transaction(async (tx) => {
        outcome = { result: await work(tx) };
        const told = await runIn<ToldTo>(tx, OWN_ENTRIES, []);
        report(told.map((entry) => this.subjectOf(entry)));
        throw UNDO;
      });
    } catch (error) {
      if (error !== UNDO) throw error;
    }
    if (!outcome) throw new Error('A transaction ended without a result');
    return outcome.result;
  }
}

/** The part of an SQL statement that notes a change for each row of `source`. */
export function appendFrom(source: string, columns: ChangeColumns): string {
  return `INSERT INTO outbox (message_id, operation, service_instance_name, tenant_id, app_name,
      app_version_name, revision, correlation_id, position)
    SELECT gen_random_uuid(), ${columns.operation}, ${columns.serviceInstanceName}, ${columns.tenantId},
      ${columns.appName}, ${columns.appVersionName}, ${columns.revision}, ${columns.correlationId},
      ${columns.position ?? 'NULL::bigint'}
    FROM ${source}`;
}
