import { createHash } from 'node:crypto';
import { faultsError, type Fault } from '../errors/tekton-error.js';
import type { Catalogue } from '../instances/catalogue.js';
import {
  isExactObject,
  toPointer,
  writeCanonical,
  writeExact,
  type ExactObject,
} from '../json/exact-json.js';
import type { RequestBody } from '../rest/request-body.js';
import type { ServiceInstance } from '../settings/service-instance.js';
import {
  SCHEMA_OF_LEVEL,
  type ConfigurationLevel,
  type ConfigurationOwner,
} from './configuration-owner.js';

/** Key of bulk bodies in which an application's versions stand, beside its own keys. */
const VERSIONS_KEY = 'versions';

/** A configuration as it is stored. */
export interface ConfigurationDocument {
  /** JSON text as it was put, without insignificant white space. */
  readonly text: string;
  /** SHA-256 of the canonical text, so that equal documents are recognised. */
  readonly digest: string;
}

export function toDocument(value: ExactObject): ConfigurationDocument {
  const text = writeExact(value);
  // Only escapes can write one string in two ways.
  const canonical = text.includes('\\') ? writeCanonical(value) : text;
  return { text, digest: createHash('sha256').update(canonical).digest('base64url') };
}

/** @throws {TektonError} as the body's reading, or SCHEMA_VIOLATION */
export async function readDocument(
  { level }: ConfigurationOwner,
  instance: ServiceInstance,
  body: RequestBody,
): Promise<ConfigurationDocument> {
  return checkedDocument(await body.readObject(), instance, level);
}

/**
 * Reads a body of service instance names and their documents.
 *
 * @throws {TektonError} as the body's reading, or SCHEMA_VIOLATION with the faults of all documents
 */
export async function readDocuments(
  { level }: ConfigurationOwner,
  catalogue: Catalogue,
  body: RequestBody,
): Promise<{ instanceName: string; document: ConfigurationDocument }[]> {
  const given: { instanceName: string; document: ConfigurationDocument }[] = [];
  const faults: Fault[] = [];
  for (const [instanceName, { value }] of await body.readObject()) {
    const path = toPointer([instanceName]);
    const instance = catalogue.find(instanceName);
    if (!instance) {
      faults.push({ path, message: catalogue.describeUndefined(instanceName) });
    } else if (!isExactObject(value)) {
      faults.push({ path, message: 'must be a JSON object' });
    } else {
      const document = toDocument(value);
      faults.push(...findFaults(value, document.text, instance, level, path));
      given.push({ instanceName, document });
    }
  }
  refuseFaults(faults);
  return given;
}

/** @throws {TektonError} SCHEMA_VIOLATION */
export function checkedDocument(
  value: ExactObject,
  instance: ServiceInstance,
  level: ConfigurationLevel,
): ConfigurationDocument {
  const document = toDocument(value);
  refuseFaults(findFaults(value, document.text, instance, level));
  return document;
}

/**
 * What of a document does not fit its instance's schema for the level.
 *
 * @param path JSON Pointer of the document in the body
 */
export function findFaults(
  value: ExactObject,
  text: string,
  instance: ServiceInstance,
  level: ConfigurationLevel,
  path = '',
): Fault[] {
  const faults: Fault[] = [];
  if (level === 'application' && value.has(VERSIONS_KEY)) {
    faults.push({
      path: path + toPointer([VERSIONS_KEY]),
      message: `the key "${VERSIONS_KEY}" is reserved at this place: bulk loads hold the versions there`,
    });
  }
  const schema = instance.schemas[SCHEMA_OF_LEVEL[level]];
  if (schema) {
    for (const fault of schema.validate(JSON.parse(text))) {
      faults.push({ path: path + fault.path, message: fault.message });
    }
  }
  return faults;
}

/** @throws {TektonError} SCHEMA_VIOLATION if there are faults */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw faultsError('SCHEMA_VIOLATION', 'The configuration', faults);
}
