import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApplicationsService } from '../applications/applications.service.js';
import { AppVersionsService } from '../applications/app-versions.service.js';
import { AuditLog } from '../auth/audit-log.js';
import type { Call } from '../auth/call.js';
import { identityValues } from '../auth/caller.js';
import { Database, runIn, type Statement } from '../database/database.js';
import { isForeignKeyViolation } from '../database/database-error.js';
import { Outbox } from '../outbox/outbox.js';
import { NO_RIGHT } from '../outbox/placing.js';
import {
  describeOwner,
  ownerValues,
  type ConfigurationLevel,
  type ConfigurationOwner,
} from './configuration-owner.js';
import { STATEMENTS, type FoundRow, type StoredRow } from './configuration-statements.js';
import type { ConfigurationDocument } from './document.js';
import { GatheredConfigurations } from './gathered-configurations.js';

/** A document for one service instance. */
export interface GivenConfiguration {
  instanceName: string;
  document: ConfigurationDocument;
  /** Store it only if this is the address's revision still; 0: nothing ever stood there. */
  standingRevision?: number;
  /** The revision whose document it is. */
  restoredFrom?: number;
}

/** What PostgreSQL holds of configurations: one round trip a call, in a transaction or alone. */
@Injectable()
export class ConfigurationStore {
  private readonly gathered: Readonly<Record<ConfigurationLevel, GatheredConfigurations>>;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
    private readonly audit: AuditLog,
  ) {
    const gathered = (level: ConfigurationLevel) =>
      new GatheredConfigurations(database, outbox, STATEMENTS[level]);
    this.gathered = {
      tenant: gathered('tenant'),
      application: gathered('application'),
      appversion: gathered('appversion'),
    };
  }

  /**
   * What stands at an address.
   *
   * @throws {TektonError} NOT_FOUND if there is no such owner
   */
  async findOne(owner: ConfigurationOwner, instanceName: string): Promise<FoundRow | undefined> {
    const row = await this.gathered[owner.level].find.run([...ownerValues(owner), instanceName]);
    if (row === undefined) await this.requireOwner(owner);
    return row;
  }

  /**
   * Puts one document, with history and notification.
   *
   * @returns undefined if it stands there already, or must be put by `put` for whatever reason
   */
  async putOne(
    owner: ConfigurationOwner,
    { instanceName, document: { text, digest } }: GivenConfiguration,
    call: Call,
  ): Promise<StoredRow | undefined> {
    const { subject, client, tenantId } = call.caller;
    const row = await this.gathered[owner.level].put.run([
      ...ownerValues(owner),
      ...[instanceName, text, digest],
      ...[subject, client, tenantId, call.correlationId],
    ]);
    if (row !== undefined) this.noteInAudit('upsert', owner, [row], call);
    return row;
  }

  /**
   * What stands at the owner's addresses.
   *
   * @throws {TektonError} NOT_FOUND if there is no such owner
   */
  async find(
    owner: ConfigurationOwner,
    instanceNames: readonly string[],
    tx?: EntityManager,
  ): Promise<FoundRow[]> {
    const values = [...ownerValues(owner), instanceNames];
    const { find } = STATEMENTS[owner.level];
    const rows = tx
      ? await runIn<FoundRow>(tx, find, values)
      : await this.database.run<FoundRow>(find, values);
    if (rows.length === 0) await this.requireOwner(owner);
    return rows;
  }

  /**
   * Stores documents with their history and notifications, all or none. Either all of them say
   * what revision must stand, or none. In a transaction, the caller has it audited after the commit.
   *
   * @returns a row for each that really changed
   */
  async put(
    owner: ConfigurationOwner,
    given: readonly GivenConfiguration[],
    call: Call,
    tx?: EntityManager,
  ): Promise<StoredRow[]> {
    const isConditional = given.some(({ standingRevision }) => standingRevision !== undefined);
    const rows = await this.write(STATEMENTS[owner.level].put, call, tx, [
      ...ownerValues(owner),
      given.map(({ instanceName }) => instanceName),
      given.map(({ document }) => document.text),
      given.map(({ document }) => document.digest),
      isConditional ? given.map(({ standingRevision }) => standingRevision) : null,
      identityValues(call.caller),
      call.correlationId,
      given[0]?.restoredFrom ?? null,
      ...[NO_RIGHT.epoch, NO_RIGHT.knownPosition],
    ]);
    if (!tx) this.noteInAudit('upsert', owner, rows, call, given[0]?.restoredFrom);
    return rows;
  }

  /**
   * @param standingRevision delete it only if this is its revision still
   * @returns a row if there was one to delete
   */
  async delete(
    owner: ConfigurationOwner,
    instanceName: string,
    call: Call,
    standingRevision?: number,
  ): Promise<StoredRow | undefined> {
    const rows = await this.write(STATEMENTS[owner.level].delete, call, undefined, [
      ...ownerValues(owner),
      instanceName,
      identityValues(call.caller),
      call.correlationId,
      standingRevision ?? null,
    ]);
    this.noteInAudit('delete', owner, rows, call);
    return rows[0];
  }

  /** Has the audit log tell of changes that are committed. */
  noteInAudit(
    operation: 'upsert' | 'delete',
    owner: ConfigurationOwner,
    rows: readonly StoredRow[],
    call: Call,
    restoredFrom?: number,
  ): void {
    const [appName = null, appVersionName = null] = ownerValues(owner);
    for (const row of rows) {
      const toRevision = Number(row.revision);
      this.audit.note(call, {
        operation,
        tenantId: row.tenant_id,
        appName,
        appVersionName,
        serviceInstanceName: row.service_instance_name,
        fromRevision: toRevision - 1,
        toRevision,
        ...(restoredFrom !== undefined && { restoredFrom }),
      });
    }
  }

  /**
   * Runs writes that wait for each other if they concern one owner, in one transaction.
   */
  inTurn<Result>(
    owner: ConfigurationOwner,
    call: Call,
    work: (tx: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    return this.outbox.transaction(async (tx) => {
      const name = `${owner.level} ${describeOwner(owner)}`;
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
      return work(tx);
    }, call.dryRun);
  }

  /**
   * Runs a write to its end although the owner may be deleted, and created anew, while it waits.
   *
   * @throws {TektonError} NOT_FOUND if the owner stays away
   */
  async whileOwned<Result>(
    owner: ConfigurationOwner,
    write: () => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isForeignKeyViolation(error)) throw error;
        await this.requireOwner(owner);
      }
    }
  }

  /** @throws {TektonError} NOT_FOUND saying what of the owner is missing */
  async requireOwner(owner: ConfigurationOwner): Promise<void> {
    if (owner.level === 'application') await this.applications.require(owner);
    if (owner.level === 'appversion') await this.appVersions.require(owner);
  }

  private write(
    statement: Statement,
    call: Call,
    tx: EntityManager | undefined,
    values: unknown[],
  ): Promise<StoredRow[]> {
    return tx
      ? runIn<StoredRow>(tx, statement, values)
      : this.outbox.run<StoredRow>(statement, values, call.dryRun);
  }
}
