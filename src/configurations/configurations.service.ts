import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Call } from '../auth/call.js';
import { Catalogue } from '../instances/catalogue.js';
import { mergePatch } from '../json/merge-patch.js';
import { missingFirst } from '../rest/missing-first.js';
import { JSON_TYPE, MERGE_PATCH_TYPE, type RequestBody } from '../rest/request-body.js';
import type { ConfigurationOwner } from './configuration-owner.js';
import { ConfigurationStore, type GivenConfiguration } from './configuration-store.js';
import {
  configurationNotFound,
  etagOf,
  etagOfAll,
  isLive,
  joinDocuments,
  toResult,
  toView,
  type ConfigurationsView,
  type ConfigurationView,
  type PutResult,
} from './configuration-view.js';
import type { FoundRow, LiveRow, StoredRow } from './configuration-statements.js';
import { DocumentRules } from './document-rules.js';
import { readStored, type ConfigurationDocument } from './document.js';

/** Undoes a conditional put of several that somebody else has overtaken. */
const OVERTAKEN = new Error('Somebody else was faster');

/** What is to be stored in place of what stands. */
type Replacement = (standing: LiveRow | undefined) => {
  document: ConfigurationDocument;
  restoredFrom?: number;
};

/** Reads and changes the configurations of one owner, of whichever level. */
@Injectable()
export class ConfigurationsService {
  constructor(
    private readonly store: ConfigurationStore,
    private readonly catalogue: Catalogue,
    private readonly rules: DocumentRules,
  ) {}

  /** @throws {TektonError} NOT_FOUND */
  requireOwner(owner: ConfigurationOwner): Promise<void> {
    return this.store.requireOwner(owner);
  }

  /** @throws {TektonError} NOT_FOUND */
  async get(owner: ConfigurationOwner, instanceName: string): Promise<ConfigurationView> {
    const instance = this.catalogue.require(instanceName);
    const row = await this.store.findOne(owner, instance.name);
    if (!isLive(row)) throw configurationNotFound(owner, instance);
    return toView(row);
  }

  /** @throws {TektonError} NOT_FOUND if there is no such owner */
  async getAll(owner: ConfigurationOwner): Promise<ConfigurationsView> {
    const rows = await this.store.find(owner, this.catalogue.names());
    return { documents: joinDocuments(rows), etag: etagOfAll(rows) };
  }

  /**
   * @throws {TektonError} NOT_FOUND, UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, MALFORMED_BODY,
   *   SCHEMA_VIOLATION, PRECONDITION_FAILED
   */
  async put(
    owner: ConfigurationOwner,
    instanceName: string,
    body: RequestBody,
    call: Call,
  ): Promise<PutResult> {
    const instance = this.catalogue.requireForWrite(instanceName);
    const document = await missingFirst(this.rules.read(owner, instance, body), () =>
      this.store.requireOwner(owner),
    );
    if (!call.preconditions.isEmpty) {
      return this.replace(owner, instanceName, () => ({ document }), call);
    }
    const given = { instanceName, document };
    const put = async () => (await this.store.put(owner, [given], call))[0];
    const putGathered = () => this.store.putOne(owner, given, call);
    for (let attempt = call.dryRun ? put : putGathered; ; attempt = put) {
      const stored = await this.store.whileOwned(owner, attempt);
      if (stored) return toResult(stored, document);
      // It stands already; if not, as somebody has changed it since or is just at it: put it again.
      const [row] = await this.store.find(owner, [instanceName]);
      if (isLive(row) && row.digest === document.digest) return { ...toView(row), created: false };
    }
  }

  /**
   * Puts the configurations of several instances, all or none; others stay as they are.
   *
   * @returns the documents of the instances named
   * @throws {TektonError} as `put`, listing the faults of all documents
   */
  async putAll(
    owner: ConfigurationOwner,
    body: RequestBody,
    call: Call,
  ): Promise<ConfigurationsView> {
    const given = await missingFirst(this.rules.readAll(owner, body), () =>
      this.store.requireOwner(owner),
    );
    for (;;) {
      try {
        const { stored, view } = await this.store.whileOwned(owner, () =>
          this.store.inTurn(owner, call, (tx) => this.putAllIn(tx, owner, given, call)),
        );
        this.store.noteInAudit('upsert', owner, stored, call);
        return view;
      } catch (error) {
        if (error !== OVERTAKEN) throw error;
      }
    }
  }

  /**
   * Applies a merge patch (RFC 7396) to what stands, or to `{}`. If somebody changes that in the
   * meantime, the patch is applied anew to what stands then.
   *
   * @throws {TektonError} as `put`
   */
  async patch(
    owner: ConfigurationOwner,
    instanceName: string,
    body: RequestBody,
    call: Call,
  ): Promise<PutResult> {
    const instance = this.catalogue.requireForWrite(instanceName);
    const patch = await missingFirst(body.readObject([MERGE_PATCH_TYPE, JSON_TYPE]), () =>
      this.store.requireOwner(owner),
    );
    const merge: Replacement = (standing) => {
      const target = standing && readStored(standing.document);
      return { document: this.rules.require(mergePatch(target, patch), instance, owner.level) };
    };
    return this.replace(owner, instanceName, merge, call);
  }

  /**
   * @returns the revision of the deletion
   * @throws {TektonError} NOT_FOUND, PRECONDITION_FAILED
   */
  async delete(owner: ConfigurationOwner, instanceName: string, call: Call): Promise<string> {
    const instance = this.catalogue.requireForWrite(instanceName);
    const { preconditions } = call;
    for (;;) {
      if (preconditions.isEmpty) {
        const deleted = await this.store.delete(owner, instanceName, call);
        if (deleted) return deleted.revision;
        await this.store.requireOwner(owner);
        throw configurationNotFound(owner, instance);
      }
      const [row] = await this.store.find(owner, [instanceName]);
      if (!isLive(row)) throw configurationNotFound(owner, instance);
      preconditions.check(etagOf(row));
      const deleted = await this.store.delete(owner, instanceName, call, Number(row.revision));
      if (deleted) return deleted.revision;
    }
  }

  /**
   * Replaces what stands by what is made of it, if the caller's preconditions hold. If somebody
   * else was faster, both are done again with what stands then: nobody's change is lost.
   */
  async replace(
    owner: ConfigurationOwner,
    instanceName: string,
    replacement: Replacement,
    call: Call,
  ): Promise<PutResult> {
    for (;;) {
      const [row] = await this.store.find(owner, [instanceName]);
      const standing = isLive(row) ? row : undefined;
      const given = replacement(standing);
      call.preconditions.check(standing && etagOf(standing));
      if (standing?.digest === given.document.digest) {
        return { ...toView(standing), created: false };
      }
      const standingRevision = Number(row?.revision ?? 0);
      const [stored] = await this.store.whileOwned(owner, () =>
        this.store.put(owner, [{ instanceName, standingRevision, ...given }], call),
      );
      if (stored) return toResult(stored, given.document);
    }
  }

  private async putAllIn(
    tx: EntityManager,
    owner: ConfigurationOwner,
    given: readonly GivenConfiguration[],
    call: Call,
  ): Promise<{ stored: readonly StoredRow[]; view: ConfigurationsView }> {
    const { preconditions } = call;
    // The same from here to the answer.
    const instances = this.catalogue.names();
    if (preconditions.isEmpty) {
      const stored = await this.store.put(owner, given, call, tx);
      const rows = await this.store.find(owner, instances, tx);
      return { stored, view: this.shown(given, rows) };
    }
    const before = await this.store.find(owner, instances, tx);
    preconditions.check(before.some(isLive) ? etagOfAll(before) : undefined);
    const standing = new Map(before.map((row) => [row.service_instance_name, row]));
    const conditional = given.map((configuration) => ({
      ...configuration,
      standingRevision: Number(standing.get(configuration.instanceName)?.revision ?? 0),
    }));
    const stored = await this.store.put(owner, conditional, call, tx);
    const after = await this.store.find(owner, instances, tx);
    // Whoever has changed any of them since the check was faster: the check is made anew.
    const expected = conditional.filter(
      ({ instanceName, document }) => standing.get(instanceName)?.digest !== document.digest,
    );
    const named = new Set(given.map(({ instanceName }) => instanceName));
    const isOther = ({ service_instance_name: name }: FoundRow) => !named.has(name ?? '');
    const others = (rows: FoundRow[]) => etagOfAll(rows.filter(isOther));
    if (stored.length !== expected.length || others(before) !== others(after)) throw OVERTAKEN;
    return { stored, view: this.shown(given, after) };
  }

  private shown(
    given: readonly GivenConfiguration[],
    rows: readonly FoundRow[],
  ): ConfigurationsView {
    const named = new Set(given.map(({ instanceName }) => instanceName));
    const shown = rows.filter((row) => named.has(row.service_instance_name ?? ''));
    return { documents: joinDocuments(shown), etag: etagOfAll(rows) };
  }
}
