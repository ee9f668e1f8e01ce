import { createHash } from 'node:crypto';
import { TektonError } from '../errors/tekton-error.js';
import type { ServiceInstance } from '../settings/service-instance.js';
import { describeOwner, type ConfigurationOwner } from './configuration-owner.js';
import type { FoundRow, LiveRow, StoredRow } from './configuration-statements.js';
import type { ConfigurationDocument } from './document.js';

/** A configuration as callers get it. */
export interface ConfigurationView {
  /** JSON text. */
  document: string;
  etag: string;
  revision: number;
  changedAt: Date;
}

export interface PutResult extends ConfigurationView {
  /** Whether there was none before. */
  created: boolean;
}

/** Configurations of several instances. */
export interface ConfigurationsView {
  /** JSON text of an object: service instance name to document. */
  documents: string;
  /** Of all instances of the owner, also where only some are shown. */
  etag: string;
}

export function isLive(row: FoundRow | undefined): row is LiveRow {
  return row !== undefined && row.document !== null;
}

/** Revision and digest: also a database that was set back cannot make two documents look alike. */
export function etagOf({ revision, digest }: { revision: string; digest: string | null }): string {
  return `"${revision}-${digest ?? ''}"`;
}

export function toView(row: LiveRow): ConfigurationView {
  return {
    document: row.document,
    etag: etagOf(row),
    revision: Number(row.revision),
    changedAt: row.changed_at,
  };
}

export function toResult(row: StoredRow, { text, digest }: ConfigurationDocument): PutResult {
  return {
    document: text,
    etag: etagOf({ revision: row.revision, digest }),
    revision: Number(row.revision),
    changedAt: row.changed_at,
    created: row.revision === row.created_revision,
  };
}

/** The ETag of all configurations of an owner. */
export function etagOfAll(rows: readonly FoundRow[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    if (isLive(row)) hash.update(`${row.service_instance_name}:${etagOf(row)}\n`);
  }
  return `"all-${hash.digest('base64url')}"`;
}

export function joinDocuments(rows: readonly FoundRow[]): string {
  const members = rows
    .filter(isLive)
    .map((row) => `${JSON.stringify(row.service_instance_name)}:${row.document}`);
  return `{${members.join(',')}}`;
}

export function configurationNotFound(
  owner: ConfigurationOwner,
  instance: ServiceInstance,
): TektonError {
  return new TektonError(
    'NOT_FOUND',
    `There is no configuration of ${instance.name} for ${describeOwner(owner)}`,
  );
}
