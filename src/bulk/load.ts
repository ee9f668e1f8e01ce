import { FAULTS_LISTED, faultsError, type Fault } from '../errors/tekton-error.js';
import { isExactObject, toPointer, type ExactObject, type ExactValue } from '../json/exact-json.js';
import type { InstanceSet } from '../instances/instance-set.js';
import type { ConfigurationLevel } from '../configurations/configuration-owner.js';
import type { DocumentRules } from '../configurations/document-rules.js';
import type { ConfigurationDocument } from '../configurations/document.js';
import { APPLICATION_NAME, isVersionNameOf } from '../applications/names.js';
import { TENANT_ID } from '../tenancy/tenant.js';

/** Texts that a load may give to an application or a version. */
export interface LoadedTexts {
  displayName?: string;
  /** null clears it. */
  description?: string | null;
}

export interface LoadedApplication extends LoadedTexts {
  tenantId: string;
  name: string;
  /** Where the body names it first. */
  pointer: string;
}

export interface LoadedVersion extends LoadedTexts {
  appName: string;
  name: string;
  pointer: string;
}

/** A document with its address; `document` is undefined where only the name is given. */
export interface LoadedConfiguration {
  level: ConfigurationLevel;
  tenantId: string;
  appName?: string;
  appVersionName?: string;
  instanceName: string;
  document?: ConfigurationDocument;
}

export type Path = readonly string[];

/** The name by which the database knows the owner of a configuration. */
export function ownerName({ tenantId, appName, appVersionName }: LoadedConfiguration): string {
  return appVersionName ?? appName ?? tenantId;
}

/** Sorts like the columns, since none of them can hold the separator. */
export function addressKey(level: string, owner: string, instanceName: string): string {
  return [level, owner, instanceName].join('\0');
}

/**
 * A set of applications, versions and configurations that is to be loaded, collected from a body
 * of whichever form, with all that is wrong with it. Reading ends early if that is very much.
 */
export class Load {
  readonly applications = new Map<string, LoadedApplication>();
  readonly versions = new Map<string, LoadedVersion>();
  readonly configurations: LoadedConfiguration[] = [];
  /** The instances that the body names. */
  readonly instanceNames = new Set<string>();
  readonly faults: Fault[] = [];
  private readonly addresses = new Set<string>();

  constructor(
    private readonly catalogue: InstanceSet,
    private readonly rules: DocumentRules,
    private readonly isServed: (tenantId: string) => Promise<boolean>,
  ) {}

  addApplication(tenantId: string, name: string, path: Path, texts: LoadedTexts = {}): boolean {
    if (!APPLICATION_NAME.test(name)) {
      return this.refuse(
        path,
        'an application name is 1 to 100 of a-z 0-9 - _, the first a letter or digit',
      );
    }
    const known = this.applications.get(name);
    if (known && known.tenantId !== tenantId) {
      return this.refuse(path, 'the application stands under two tenants; it belongs to one');
    }
    const pointer = known?.pointer ?? toPointer(path);
    this.applications.set(name, { ...known, ...texts, tenantId, name, pointer });
    return true;
  }

  addVersion(appName: string, name: string, path: Path, texts: LoadedTexts = {}): boolean {
    if (!isVersionNameOf(name, appName)) {
      return this.refuse(
        path,
        `a version of it is named "${appName}-<suffix>", the suffix of a-z 0-9`,
      );
    }
    const known = this.versions.get(name);
    const pointer = known?.pointer ?? toPointer(path);
    this.versions.set(name, { ...known, ...texts, appName, name, pointer });
    return true;
  }

  addInstance(instanceName: string, path: Path): boolean {
    if (!this.catalogue.find(instanceName)) {
      return this.refuse(path, this.catalogue.describeUndefined(instanceName));
    }
    this.instanceNames.add(instanceName);
    return true;
  }

  /** @param value none where the body only names the address */
  addConfiguration(
    address: Omit<LoadedConfiguration, 'document'>,
    value: ExactObject | undefined,
    path: Path,
  ): void {
    const { level, instanceName } = address;
    const instance = this.catalogue.find(instanceName);
    if (!instance) return;
    const key = addressKey(level, ownerName(address), instanceName);
    if (this.addresses.has(key)) {
      this.refuse(path, 'this configuration stands twice in the body; keep one of the two');
      return;
    }
    this.addresses.add(key);
    if (value === undefined) {
      this.configurations.push(address);
      return;
    }
    const document = this.rules.check(value, instance, level, toPointer(path), this.faults);
    this.configurations.push({ ...address, document });
    this.stopIfHopeless();
  }

  async checkTenant(tenantId: string, path: Path): Promise<boolean> {
    if (!TENANT_ID.test(tenantId)) {
      return this.refuse(
        path,
        'a tenant ID is 1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit',
      );
    }
    return (await this.isServed(tenantId)) || this.refuse(path, 'there is no such tenant');
  }

  /** The value if it is an object; else that is a fault. */
  requireObject(value: ExactValue, path: Path): ExactObject | undefined {
    if (isExactObject(value)) return value;
    this.refuse(path, 'must be a JSON object');
    return undefined;
  }

  /** The members of an object that may have only these. */
  requireMembers(value: ExactValue, names: readonly string[], path: Path): ExactObject | undefined {
    const object = this.requireObject(value, path);
    for (const name of object?.keys() ?? []) {
      if (!names.includes(name)) {
        this.refuse([...path, name], `is not known here; known are: ${names.join(', ')}`);
      }
    }
    return object;
  }

  refuse(path: Path, message: string): false {
    this.faults.push({ path: toPointer(path), message });
    this.stopIfHopeless();
    return false;
  }

  /** @throws {TektonError} INVALID_BODY if there are more faults than are told */
  private stopIfHopeless(): void {
    if (this.faults.length >= FAULTS_LISTED) {
      throw faultsError('INVALID_BODY', 'The load', this.faults);
    }
  }
}
