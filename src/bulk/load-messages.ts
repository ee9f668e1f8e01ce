import type { ConfigurationChange } from '../outbox/outbox.js';

/** What of the list of applications and versions, or which configuration, has changed. */
export interface ChangedThing {
  tenantId: string;
  appName?: string;
  appVersionName?: string;
  /** The instance that is concerned; none for applications and versions themselves. */
  instanceName?: string;
  revision?: string;
}

/**
 * The fewest messages that tell a load, each as narrow as 17/SCMP's combinations allow: one for
 * all instances if the list of applications or versions changed, and one for each tenant and
 * instance whose configurations did. A wide message is always an upsert, which means: read again.
 */
export function narrowestMessages(
  listChanges: readonly ChangedThing[],
  configurationChanges: readonly ChangedThing[],
  correlationId: string,
): ConfigurationChange[] {
  const messages: ConfigurationChange[] = [];
  if (listChanges.length > 0) {
    messages.push({ operation: 'upsert', correlationId, ...common(listChanges) });
  }
  const groups = new Map<string, ChangedThing[]>();
  for (const change of configurationChanges) {
    const key = JSON.stringify([change.tenantId, change.instanceName]);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group;
    messages.push({
      operation: 'upsert',
      correlationId,
      ...common(group),
      ...(first?.instanceName !== undefined && { serviceInstanceName: first.instanceName }),
      ...(group.length === 1 && first?.revision !== undefined && { revision: first.revision }),
    });
  }
  return messages;
}

/** The narrowest of tenant, application and version that holds all the things. */
function common(
  things: readonly ChangedThing[],
): Pick<ConfigurationChange, 'tenantId' | 'concernedTenantIds' | 'appName' | 'appVersionName'> {
  const tenantIds = things.map((thing) => thing.tenantId);
  const tenantId = only(tenantIds);
  if (tenantId === undefined) return { concernedTenantIds: [...new Set(tenantIds)].sort() };
  const appName = only(things.map((thing) => thing.appName));
  if (appName === undefined) return { tenantId };
  const appVersionName = only(things.map((thing) => thing.appVersionName));
  return appVersionName === undefined
    ? { tenantId, appName }
    : { tenantId, appName, appVersionName };
}

/** The one value that all are; `undefined` if they differ, or are it. */
function only(values: readonly (string | undefined)[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}
