import { addressOf } from './address.js';
import type { Notification } from './notification.js';
import type { ReadScope } from './read-scope.js';

/**
 * What a message tells to read (17/SCMP). Undefined: it concerns no configuration. An application that is
 * made or renamed is no matter here; when configurations go with what is deleted, a targeted message says so.
 */
export function scopeOf(notification: Notification): ReadScope | undefined {
  const { kind, operation, tenantId, appName, appVersionName, revision } = notification;
  if (tenantId === null) return { kind: 'all' };
  if (kind === 'broadcast') return operation === 'delete' ? widest(notification) : undefined;
  // A single configuration that is there. One that is not is looked for among those that are: an
  // answer of 404 alone does not tell it from a service instance that Tekton does not know just now.
  if (operation === 'upsert' && revision !== undefined) {
    return { kind: 'one', address: addressOf(tenantId, appName, appVersionName) };
  }
  if (appName === null && revision !== undefined) return { kind: 'tenant-configuration', tenantId };
  return widest(notification);
}

/** All that may hang on what a message names. */
function widest({ tenantId, appName }: Notification): ReadScope {
  if (tenantId === null) return { kind: 'all' };
  return appName === null ? { kind: 'tenant', tenantId } : { kind: 'application', appName };
}
