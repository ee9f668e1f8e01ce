import { setImmediate as turn } from 'node:timers/promises';
import {
  DESCRIPTION_LIMIT,
  DISPLAY_NAME_LIMIT,
  isFreeText,
} from '../applications/text.validator.js';
import type { ExactObject, ExactValue } from '../json/exact-json.js';
import type { Load, LoadedConfiguration, LoadedTexts, Path } from './load.js';

const TWICE = 'stands twice in the body; keep one of the two';

/** Reads the body of `PUT /bulk`, which has the form that `GET /bulk` answers with. */
export async function readCluster(body: ExactObject, load: Load): Promise<void> {
  const tenants = load.requireMembers(body, ['tenants'], [])?.get('tenants')?.value;
  if (tenants === undefined) {
    load.refuse(['tenants'], 'is required');
    return;
  }
  const tenantIds = new Set<string>();
  for (const [value, path] of elements(load, tenants, ['tenants'])) {
    const tenant = load.requireMembers(value, ['tenantId', 'configs', 'applications'], path);
    if (!tenant) continue;
    const tenantId = readText(load, tenant, 'tenantId', path);
    if (tenantId === undefined || !(await load.checkTenant(tenantId, [...path, 'tenantId'])))
      continue;
    if (tenantIds.has(tenantId)) {
      load.refuse([...path, 'tenantId'], TWICE);
      continue;
    }
    tenantIds.add(tenantId);
    readConfigs(load, tenant, { level: 'tenant', tenantId }, path);
    // Other calls are served in between.
    await turn();
    const applications = tenant.get('applications')?.value ?? [];
    for (const [application, appPath] of elements(load, applications, [...path, 'applications'])) {
      readApplication(load, tenantId, application, appPath);
      await turn();
    }
  }
}

function readApplication(load: Load, tenantId: string, value: ExactValue, path: Path): void {
  const known = ['name', 'displayName', 'description', 'configs', 'appVersions'];
  const application = load.requireMembers(value, known, path);
  const appName = application && readText(load, application, 'name', path);
  if (!application || appName === undefined) return;
  if (load.applications.has(appName)) {
    load.refuse([...path, 'name'], TWICE);
    return;
  }
  if (
    !load.addApplication(tenantId, appName, [...path, 'name'], readTexts(load, application, path))
  ) {
    return;
  }
  readConfigs(load, application, { level: 'application', tenantId, appName }, path);
  const versions = application.get('appVersions')?.value ?? [];
  for (const [element, versionPath] of elements(load, versions, [...path, 'appVersions'])) {
    const version = load.requireMembers(
      element,
      ['name', 'displayName', 'description', 'configs'],
      versionPath,
    );
    const name = version && readText(load, version, 'name', versionPath);
    if (!version || name === undefined) continue;
    if (load.versions.has(name)) {
      load.refuse([...versionPath, 'name'], TWICE);
      continue;
    }
    const texts = readTexts(load, version, versionPath);
    if (!load.addVersion(appName, name, [...versionPath, 'name'], texts)) continue;
    const address = { level: 'appversion', tenantId, appName, appVersionName: name } as const;
    readConfigs(load, version, address, versionPath);
  }
}

function readConfigs(
  load: Load,
  owner: ExactObject,
  address: Omit<LoadedConfiguration, 'instanceName' | 'document'>,
  path: Path,
): void {
  const configs = owner.get('configs')?.value;
  if (configs === undefined) return;
  const configsPath = [...path, 'configs'];
  for (const [instanceName, { value }] of load.requireObject(configs, configsPath) ?? []) {
    const documentPath = [...configsPath, instanceName];
    const document = load.requireObject(value, documentPath);
    if (load.addInstance(instanceName, documentPath) && document) {
      load.addConfiguration({ ...address, instanceName }, document, documentPath);
    }
  }
}

function readTexts(load: Load, object: ExactObject, path: Path): LoadedTexts {
  const texts: LoadedTexts = {};
  for (const [key, limit] of [
    ['displayName', DISPLAY_NAME_LIMIT],
    ['description', DESCRIPTION_LIMIT],
  ] as const) {
    const member = object.get(key);
    if (!member) continue;
    if (member.value === 'null') {
      if (key === 'description') texts.description = null;
      continue;
    }
    const text: unknown = typeof member.value === 'string' ? JSON.parse(member.value) : undefined;
    if (isFreeText(text, limit)) texts[key] = text;
    else load.refuse([...path, key], `must be text of 1 to ${limit} UTF-16 code units`);
  }
  return texts;
}

function readText(load: Load, object: ExactObject, key: string, path: Path): string | undefined {
  const written = object.get(key)?.value;
  const value: unknown = typeof written === 'string' ? JSON.parse(written) : undefined;
  if (typeof value === 'string') return value;
  load.refuse([...path, key], 'must be text');
  return undefined;
}

function elements(load: Load, value: ExactValue, path: Path): [ExactValue, Path][] {
  if (Array.isArray(value)) return value.map((element, index) => [element, [...path, `${index}`]]);
  load.refuse(path, 'must be an array');
  return [];
}
