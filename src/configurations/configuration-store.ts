import { Injectable } from '@nestjs/common';
import { ApplicationsService } from '../applications/applications.service.js';
import { AppVersionsService } from '../applications/app-versions.service.js';
import type { Call } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { isForeignKeyViolation } from '../database/database-error.js';
import { Outbox } from '../outbox/outbox.js';
import { ownerValues, type ConfigurationOwner } from './configuration-owner.js';
import { STATEMENTS, type FoundRow, type StoredRow } from './configuration-statements.js';
import type { ConfigurationDocument } from './document.js';

/** A document for one service instance. */
export interface GivenConfiguration {
  instanceName: string;
  document: ConfigurationDocument;
}

/** What PostgreSQL holds of configurations, one round trip a call. */
@Injectable()
export class ConfigurationStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
  ) {}

  /**
   * What stands at the owner's addresses.
   *
   * @throws {TektonError} NOT_FOUND if there is no such owner
   */
  async find(owner: ConfigurationOwner, instanceNames: readonly string[]): Promise<FoundRow[]> {
    const rows = await this.database.run<FoundRow>(STATEMENTS[owner.level].find, [
      ...ownerValues(owner),
      instanceNames,
    ]);
    if (rows.length === 0) await this.requireOwner(owner);
    return rows;
  }

  /**
   * Stores documents with their history and notifications, all or none.
   *
   * @param standingRevision store only if this is the address's revision still (0: never used)
   * @returns a row for each that really changed
   */
  async put(
    owner: ConfigurationOwner,
    given: readonly GivenConfiguration[],
    call: Call,
    standingRevision?: number,
  ): Promise<StoredRow[]> {
    try {
      const rows = await this.database.run<StoredRow>(STATEMENTS[owner.level].put, [
        ...ownerValues(owner),
        given.map(({ instanceName }) => instanceName),
        given.map(({ document }) => document.text),
        given.map(({ document }) => document.digest),
        standingRevision ?? null,
        call.caller.subject,
        call.correlationId,
      ]);
      if (rows.length > 0) this.outbox.wake();
      return rows;
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      // The owner was deleted while the statement waited for it; it may have been created anew.
      await this.requireOwner(owner);
      return this.put(owner, given, call, standingRevision);
    }
  }

  /** @returns a row if there was one to delete */
  async delete(
    owner: ConfigurationOwner,
    instanceName: string,
    call: Call,
  ): Promise<StoredRow | undefined> {
    const [row] = await this.database.run<StoredRow>(STATEMENTS[owner.level].delete, [
      ...ownerValues(owner),
      instanceName,
      call.caller.subject,
      call.correlationId,
    ]);
    if (row) this.outbox.wake();
    return row;
  }

  /** @throws {TektonError} NOT_FOUND saying what of the owner is missing */
  async requireOwner(owner: ConfigurationOwner): Promise<void> {
    if (owner.level === 'application') await this.applications.require(owner);
    else await this.appVersions.require(owner);
  }
}
