import { setImmediate as turn } from 'node:timers/promises';
import { type ExactObject, type ExactValue } from '../json/exact-json.js';
import type { Load, Path } from './load.js';

/** The root key of the services' own configuration files; it is the same for every tenant. */
const ROOT_KEY = 'kaa';
const VERSIONS_KEY = 'versions';

/**
 * Reads the body of `POST /app-configs`, which has the form of the services' own configuration
 * files: instance, `kaa`, `applications`, application, and in it `versions`.
 */
export async function readConfigurationFiles(
  body: ExactObject,
  tenantId: string,
  load: Load,
): Promise<void> {
  for (const [instanceName, { value }] of body) {
    const path = [instanceName];
    load.addInstance(instanceName, path);
    // Other calls are served in between.
    await turn();
    const root = load.requireMembers(value, [ROOT_KEY], path)?.get(ROOT_KEY)?.value;
    if (root === undefined) continue;
    const rootPath = [...path, ROOT_KEY];
    const applications = load
      .requireMembers(root, ['applications'], rootPath)
      ?.get('applications')?.value;
    if (applications === undefined) continue;
    const applicationsPath = [...rootPath, 'applications'];
    for (const [appName, member] of load.requireObject(applications, applicationsPath) ?? []) {
      readApplication(load, tenantId, instanceName, appName, member.value, [
        ...applicationsPath,
        appName,
      ]);
      await turn();
    }
  }
}

function readApplication(
  load: Load,
  tenantId: string,
  instanceName: string,
  appName: string,
  value: ExactValue,
  path: Path,
): void {
  const keys = load.requireObject(value, path);
  if (!keys || !load.addApplication(tenantId, appName, path)) return;
  const document: ExactObject = new Map(keys);
  document.delete(VERSIONS_KEY);
  const address = { level: 'application', tenantId, appName, instanceName } as const;
  addOrName(load, address, document, path);

  const versions = keys.get(VERSIONS_KEY)?.value;
  if (versions === undefined) return;
  const versionsPath = [...path, VERSIONS_KEY];
  for (const [appVersionName, member] of load.requireObject(versions, versionsPath) ?? []) {
    const versionPath = [...versionsPath, appVersionName];
    const configuration = load.requireObject(member.value, versionPath);
    if (!configuration || !load.addVersion(appName, appVersionName, versionPath)) continue;
    const versionAddress = { ...address, level: 'appversion', appVersionName } as const;
    addOrName(load, versionAddress, configuration, versionPath);
  }
}

/** Nothing left is no configuration; that it is named matters where others are deleted. */
function addOrName(
  load: Load,
  address: Parameters<Load['addConfiguration']>[0],
  document: ExactObject,
  path: Path,
): void {
  load.addConfiguration(address, document.size > 0 ? document : undefined, path);
}
