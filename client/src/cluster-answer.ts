import { addressOf, type ConfigurationAddress } from './address.js';
import type { Configuration } from './events.js';

/** A configuration in an answer of `GET /bulk`. */
export interface ReadConfiguration {
  address: ConfigurationAddress;
  value: Configuration;
  revision: number;
  etag: string;
}

/** The parts of the answer of `GET /bulk?serviceInstanceName=...&revisions=true` that are of use here. */
interface Place {
  config?: Configuration;
  configRevision?: unknown;
  configETag?: unknown;
}
interface Application extends Place {
  name: string;
  appVersions?: (Place & { name: string })[];
}
interface Cluster {
  tenants: (Place & { tenantId: string; applications?: Application[] })[];
}

/** @throws Error if it has another form */
export function readCluster(answer: unknown): ReadConfiguration[] {
  const found: ReadConfiguration[] = [];
  const take = (place: Place, tenantId: string, appName: string | null, version: string | null) => {
    const { config: value, configETag: etag } = place;
    if (value === undefined) return;
    const address = addressOf(tenantId, appName, version);
    const revision = Number(place.configRevision);
    if (typeof etag !== 'string' || !Number.isSafeInteger(revision)) {
      throw new Error('a configuration has no revision; is that Tekton older than this client?');
    }
    found.push({ address, value, revision, etag });
  };
  for (const tenant of (answer as Cluster).tenants) {
    const { tenantId, applications = [] } = tenant;
    take(tenant, tenantId, null, null);
    for (const application of applications) {
      take(application, tenantId, application.name, null);
      for (const version of application.appVersions ?? []) {
        take(version, tenantId, application.name, version.name);
      }
    }
  }
  return found;
}
