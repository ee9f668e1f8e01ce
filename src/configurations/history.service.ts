import { Injectable } from '@nestjs/common';
import type { Call } from '../auth/call.js';
import { Database } from '../database/database.js';
import { TektonError, type Fault } from '../errors/tekton-error.js';
import { Catalogue } from '../instances/catalogue.js';
import { diffExact } from '../json/json-patch.js';
import { describeOwner, ownerValues, type ConfigurationOwner } from './configuration-owner.js';
import { ConfigurationStore } from './configuration-store.js';
import type { PutResult } from './configuration-view.js';
import { ConfigurationsService } from './configurations.service.js';
import { readStored } from './document.js';
import { DocumentRules } from './document-rules.js';
import {
  HISTORY_STATEMENTS,
  type HistoryOf,
  type RevisionDocumentRow,
  type RevisionRow,
} from './history-statements.js';

/** Which history a call means. */
export interface HistoryRef {
  owner: ConfigurationOwner;
  instanceName: string;
  of: HistoryOf;
}

/** Shows what configurations were, and makes that current again. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly database: Database,
    private readonly store: ConfigurationStore,
    private readonly catalogue: Catalogue,
    private readonly configurations: ConfigurationsService,
    private readonly rules: DocumentRules,
  ) {}

  /** @throws {TektonError} NOT_FOUND */
  requireOwner({ owner }: HistoryRef): Promise<void> {
    return this.store.requireOwner(owner);
  }

  /**
   * The changes before a revision, newest first.
   *
   * @throws {TektonError} NOT_FOUND if there is no such owner or instance
   */
  async list(ref: HistoryRef, before: number | undefined, limit: number): Promise<RevisionRow[]> {
    const { list } = this.statements(ref);
    const rows = await this.database.run<RevisionRow>(list, [
      ...this.values(ref),
      before ?? null,
      limit,
    ]);
    if (rows.length === 0) {
      if (ref.of === 'deleted') throw notFound(ref, 'no history of what was deleted');
      await this.store.requireOwner(ref.owner);
    }
    return rows;
  }

  /**
   * The change with this number, which stored a document.
   *
   * @param revision the newest if it is not given
   * @throws {TektonError} NOT_FOUND also if it deleted the configuration
   */
  async read(ref: HistoryRef, revision?: number): Promise<RevisionRow & { document: string }> {
    const { document, ...row } = await this.find(ref, revision);
    if (document === null) {
      throw notFound(ref, `no document at revision ${row.revision}: it deleted the configuration`);
    }
    return { ...row, document };
  }

  /**
   * The RFC 6902 patch from one revision's document to another's.
   *
   * @param to the newest if it is not given
   * @throws {TektonError} NOT_FOUND
   */
  async diff(ref: HistoryRef, from: number, to?: number): Promise<string> {
    const [first, second] = await Promise.all([this.read(ref, from), this.read(ref, to)]);
    return diffExact(readStored(first.document), readStored(second.document));
  }

  /**
   * Makes a revision's document current again, as a new revision.
   *
   * @throws {TektonError} NOT_FOUND, NOT_RESTORABLE, PRECONDITION_FAILED
   */
  async restore(ref: HistoryRef, revision: number, call: Call): Promise<PutResult> {
    const { owner, instanceName } = ref;
    const instance = this.catalogue.requireForWrite(instanceName);
    const row = await this.find(ref, revision);
    if (row.document === null) {
      throw new TektonError(
        'NOT_RESTORABLE',
        `Revision ${revision} deleted the configuration: there is no document to restore; delete it instead`,
      );
    }
    const value = readStored(row.document);
    const faults: Fault[] = [];
    const document = this.rules.check(value, instance, owner.level, '', faults);
    if (faults.length > 0) {
      throw new TektonError(
        'NOT_RESTORABLE',
        `Revision ${revision} does not fit the rules of ${instanceName} any more; put a mended document`,
        { faults },
      );
    }
    return this.configurations.replace(
      owner,
      instanceName,
      () => ({ document, restoredFrom: revision }),
      call,
    );
  }

  private async find(ref: HistoryRef, revision?: number): Promise<RevisionDocumentRow> {
    const { read } = this.statements(ref);
    const [row] = await this.database.run<RevisionDocumentRow>(read, [
      ...this.values(ref),
      revision ?? null,
    ]);
    if (row) return row;
    if (ref.of === 'present') await this.store.requireOwner(ref.owner);
    throw notFound(ref, revision === undefined ? 'no history' : `no revision ${revision}`);
  }

  private statements({ owner, of }: HistoryRef) {
    return HISTORY_STATEMENTS[owner.level][of];
  }

  private values({ owner, instanceName }: HistoryRef): (string | null)[] {
    return [...ownerValues(owner), this.catalogue.require(instanceName).name];
  }
}

function notFound({ owner, instanceName }: HistoryRef, what: string): TektonError {
  return new TektonError(
    'NOT_FOUND',
    `There is ${what} in the history of ${instanceName} for ${describeOwner(owner)}`,
  );
}
