import { Inject, Injectable } from '@nestjs/common';
import { faultsError, type Fault } from '../errors/tekton-error.js';
import { Catalogue } from '../instances/catalogue.js';
import { isExactObject, toPointer, type ExactObject } from '../json/exact-json.js';
import { excessesOf, type DocumentLimits } from '../json/json-size.js';
import type { RequestBody } from '../rest/request-body.js';
import type { ServiceInstance } from '../settings/service-instance.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import {
  SCHEMA_OF_LEVEL,
  type ConfigurationLevel,
  type ConfigurationOwner,
} from './configuration-owner.js';
import { toDocument, type ConfigurationDocument } from './document.js';

/** Key of bulk bodies in which an application's versions stand, beside its own keys. */
const VERSIONS_KEY = 'versions';

/** What documents must be like, by whichever call they come. */
@Injectable()
export class DocumentRules {
  private readonly limits: DocumentLimits;

  constructor(
    private readonly catalogue: Catalogue,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.limits = {
      bytes: settings['http.body-limit'],
      depth: settings['http.json-depth-limit'],
      keys: settings['http.json-key-limit'],
    };
  }

  /** @throws {TektonError} as the body's reading, or SCHEMA_VIOLATION */
  async read(
    { level }: ConfigurationOwner,
    instance: ServiceInstance,
    body: RequestBody,
  ): Promise<ConfigurationDocument> {
    // The body is the document: it was held to the limits as it was read.
    const value = await body.readObject();
    const document = toDocument(value);
    refuse(findFaults(value, document.text, instance, level));
    return document;
  }

  /**
   * Reads a body of service instance names and their documents.
   *
   * @throws {TektonError} as the body's reading, or SCHEMA_VIOLATION with the faults of all
   */
  async readAll(
    { level }: ConfigurationOwner,
    body: RequestBody,
  ): Promise<{ instanceName: string; document: ConfigurationDocument }[]> {
    const given: { instanceName: string; document: ConfigurationDocument }[] = [];
    const faults: Fault[] = [];
    for (const [instanceName, { value }] of await body.readObject(undefined, 'several')) {
      const path = toPointer([instanceName]);
      const instance = this.catalogue.find(instanceName);
      if (!instance) {
        faults.push({ path, message: this.catalogue.describeUndefined(instanceName) });
      } else if (!isExactObject(value)) {
        faults.push({ path, message: 'must be a JSON object' });
      } else {
        given.push({ instanceName, document: this.check(value, instance, level, path, faults) });
      }
    }
    refuse(faults);
    return given;
  }

  /** @throws {TektonError} SCHEMA_VIOLATION */
  require(
    value: ExactObject,
    instance: ServiceInstance,
    level: ConfigurationLevel,
  ): ConfigurationDocument {
    const faults: Fault[] = [];
    const document = this.check(value, instance, level, '', faults);
    refuse(faults);
    return document;
  }

  /**
   * @param path JSON Pointer of the document in the body
   * @param faults what is wrong with the document is added here
   */
  check(
    value: ExactObject,
    instance: ServiceInstance,
    level: ConfigurationLevel,
    path: string,
    faults: Fault[],
  ): ConfigurationDocument {
    const document = toDocument(value);
    const excesses = excessesOf(value, document.text, this.limits);
    faults.push(
      ...(excesses.length > 0
        ? excesses.map((message) => ({ path, message }))
        : findFaults(value, document.text, instance, level, path)),
    );
    return document;
  }
}

function findFaults(
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

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw faultsError('SCHEMA_VIOLATION', 'The configuration', faults);
}
