import { Injectable } from '@nestjs/common';
import type { Call } from '../auth/caller.js';
import { TektonError, type Fault } from '../errors/tekton-error.js';
import { Catalogue } from '../instances/catalogue.js';
import { isExactObject, parseExact, toPointer, type ExactValue } from '../json/exact-json.js';
import { mergePatch } from '../json/merge-patch.js';
import { missingFirst } from '../rest/missing-first.js';
import { JSON_TYPE, MERGE_PATCH_TYPE, type RequestBody } from '../rest/request-body.js';
import type { ServiceInstance } from '../settings/service-instance.js';
import { describeOwner, type ConfigurationOwner } from './configuration-owner.js';
import type { FoundRow, LiveRow, StoredRow } from './configuration-statements.js';
import { ConfigurationStore, type GivenConfiguration } from './configuration-store.js';
import { findFaults, refuseFaults, toDocument, type ConfigurationDocument } from './document.js';

/** A configuration as callers get it. */
export interface ConfigurationView {
  /** JSON text. */
  document: string;
  digest: string;
  revision: number;
  changedAt: Date;
}

export interface PutResult extends ConfigurationView {
  /** Whether there was none before. */
  created: boolean;
}

/** What is stored was held to the limits of its time. */
const NO_LIMITS = { depth: Infinity, keys: Infinity };

/** Reads and changes the configurations of one owner, of whichever level. */
@Injectable()
export class ConfigurationsService {
  constructor(
    private readonly store: ConfigurationStore,
    private readonly catalogue: Catalogue,
  ) {}

  /** @throws {TektonError} NOT_FOUND */
  async get(owner: ConfigurationOwner, instanceName: string): Promise<ConfigurationView> {
    const instance = this.catalogue.require(instanceName);
    const [row] = await this.store.find(owner, [instance.name]);
    if (!row || !isLive(row)) throw configurationNotFound(owner, instance);
    return toView(row);
  }

  /**
   * All configurations of an owner as one JSON text: service instance name to document.
   *
   * @throws {TektonError} NOT_FOUND if there is no such owner
   */
  getAll(owner: ConfigurationOwner): Promise<string> {
    return this.join(
      owner,
      this.catalogue.list().map(({ name }) => name),
    );
  }

  /** @throws {TektonError} NOT_FOUND, UNSUPPORTED_MEDIA_TYPE, MALFORMED_BODY, SCHEMA_VIOLATION */
  async put(
    owner: ConfigurationOwner,
    instanceName: string,
    body: RequestBody,
    call: Call,
  ): Promise<PutResult> {
    const instance = this.catalogue.requireForWrite(instanceName);
    const document = await missingFirst(readDocument(owner, instance, body), () =>
      this.store.requireOwner(owner),
    );
    const [stored] = await this.store.put(owner, [{ instanceName, document }], call);
    return stored
      ? toResult(stored, document)
      : { ...(await this.get(owner, instanceName)), created: false };
  }

  /**
   * Puts the configurations of several instances, all or none; others stay as they are.
   *
   * @returns the documents of the instances named, as one JSON text
   * @throws {TektonError} as `put`, listing the faults of all documents
   */
  async putAll(owner: ConfigurationOwner, body: RequestBody, call: Call): Promise<string> {
    const given = await missingFirst(this.readDocuments(owner, body), () =>
      this.store.requireOwner(owner),
    );
    await this.store.put(owner, given, call);
    return this.join(
      owner,
      given.map(({ instanceName }) => instanceName),
    );
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
    for (;;) {
      const [row] = await this.store.find(owner, [instance.name]);
      const standing = row && isLive(row) ? row : undefined;
      const merged = mergePatch(standing && parseExact(standing.document, NO_LIMITS), patch);
      const document = toDocument(merged);
      refuseFaults(findFaults(merged, document.text, instance, owner.level));
      if (standing?.digest === document.digest) {
        return { ...toView(standing), created: false };
      }
      const revision = Number(row?.revision ?? 0);
      const [stored] = await this.store.put(owner, [{ instanceName, document }], call, revision);
      if (stored) return toResult(stored, document);
    }
  }

  /** @throws {TektonError} NOT_FOUND */
  async delete(owner: ConfigurationOwner, instanceName: string, call: Call): Promise<void> {
    const instance = this.catalogue.requireForWrite(instanceName);
    if (await this.store.delete(owner, instanceName, call)) return;
    await this.store.requireOwner(owner);
    throw configurationNotFound(owner, instance);
  }

  private async join(owner: ConfigurationOwner, instanceNames: readonly string[]): Promise<string> {
    const rows = await this.store.find(owner, instanceNames);
    const members = rows
      .filter(isLive)
      .map((row) => `${JSON.stringify(row.service_instance_name)}:${row.document}`);
    return `{${members.join(',')}}`;
  }

  private async readDocuments(
    owner: ConfigurationOwner,
    body: RequestBody,
  ): Promise<GivenConfiguration[]> {
    const given: GivenConfiguration[] = [];
    const faults: Fault[] = [];
    for (const [instanceName, { value }] of await body.readObject()) {
      const path = toPointer([instanceName]);
      const instance = this.catalogue.find(instanceName);
      if (!instance) {
        faults.push({ path, message: this.catalogue.describeUndefined(instanceName) });
      } else {
        given.push({ instanceName, document: check(value, instance, owner, faults, path) });
      }
    }
    refuseFaults(faults);
    return given;
  }
}

async function readDocument(
  owner: ConfigurationOwner,
  instance: ServiceInstance,
  body: RequestBody,
): Promise<ConfigurationDocument> {
  const faults: Fault[] = [];
  const document = check(await body.readObject(), instance, owner, faults, '');
  refuseFaults(faults);
  return document;
}

/** @param faults what is wrong with the document is added here */
function check(
  value: ExactValue,
  instance: ServiceInstance,
  { level }: ConfigurationOwner,
  faults: Fault[],
  path: string,
): ConfigurationDocument {
  if (!isExactObject(value)) {
    faults.push({ path, message: 'must be a JSON object' });
    return { text: '', digest: '' };
  }
  const document = toDocument(value);
  faults.push(...findFaults(value, document.text, instance, level, path));
  return document;
}

function isLive(row: FoundRow): row is LiveRow {
  return row.document !== null;
}

function toView(row: LiveRow): ConfigurationView {
  return {
    document: row.document,
    digest: row.digest ?? '',
    revision: Number(row.revision),
    changedAt: row.changed_at,
  };
}

function toResult(row: StoredRow, { text, digest }: ConfigurationDocument): PutResult {
  return {
    document: text,
    digest,
    revision: Number(row.revision),
    changedAt: row.changed_at,
    created: row.revision === row.created_revision,
  };
}

function configurationNotFound(owner: ConfigurationOwner, instance: ServiceInstance): TektonError {
  return new TektonError(
    'NOT_FOUND',
    `There is no configuration of ${instance.name} for ${describeOwner(owner)}`,
  );
}
