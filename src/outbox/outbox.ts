import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { OutboxEntry } from './outbox-entry.entity.js';

/** Something that those who take their configuration from Tekton must be told. */
export interface ConfigurationChange {
  readonly operation: 'upsert' | 'delete';
  /** The instance whose configuration changed; none if every instance must be told. */
  readonly serviceInstanceName?: string;
  readonly tenantId: string;
  readonly appName?: string;
  readonly appVersionName?: string;
  /** That of the REST call that made the change. */
  readonly correlationId: string;
}

/** Columns that an SQL statement gives for a change, as SQL expressions over its source. */
export interface ChangeColumns {
  operation: string;
  serviceInstanceName: string;
  tenantId: string;
  appName: string;
  appVersionName: string;
  revision: string;
  correlationId: string;
}

/**
 * Changes that must be told. They are written in the transaction of the change itself, so that
 * neither can be without the other; the relay sends them.
 */
@Injectable()
export class Outbox {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly database: Database) {}

  /**
   * Runs a transaction that may append changes, and wakes the relay once it is committed.
   */
  async transaction<Result>(work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    const result = await this.database.transaction(work);
    this.wake();
    return result;
  }

  /**
   * Notes a change. Call it after the row that changed is written: rows of one configuration are
   * then noted in the order of their commits, since the row's lock is held.
   */
  async append(tx: EntityManager, ...changes: readonly ConfigurationChange[]): Promise<void> {
    for (const change of changes) {
      await tx.insert(OutboxEntry, { ...change, messageId: randomUUID() });
    }
  }

  /** Calls `listener` whenever changes may have been committed. */
  onCommitted(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Says that changes were committed, after a statement that noted them itself. */
  wake(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The part of an SQL statement that notes a change for each row of `source`. */
export function appendFrom(source: string, columns: ChangeColumns): string {
  return `INSERT INTO outbox (message_id, operation, service_instance_name, tenant_id, app_name,
      app_version_name, revision, correlation_id)
    SELECT gen_random_uuid(), ${columns.operation}, ${columns.serviceInstanceName}, ${columns.tenantId},
      ${columns.appName}, ${columns.appVersionName}, ${columns.revision}, ${columns.correlationId}
    FROM ${source}`;
}
