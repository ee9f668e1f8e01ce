import type { PositionalOptions } from 'yargs';
import { pathSegment } from './path-segment.js';
import type { Query } from './tekton-api.js';

/** Whose configuration: a tenant's, an application's, or a version's, for one service instance. */
export interface Address {
  instance: string;
  application: string | undefined;
  appversion: string | undefined;
  tenant: string | undefined;
}

/** How a command line names it. */
export const ADDRESS = '<instance> [application] [appversion]';

export const ADDRESS_POSITIONALS = {
  instance: { type: 'string', demandOption: true, describe: 'Service instance, such as epts' },
  application: { type: 'string', describe: 'Application; without it: the tenant’s own' },
  appversion: { type: 'string', describe: 'Version of the application, by its full name' },
} as const satisfies Record<string, PositionalOptions>;

/** The path of its configurations, and which of them it is. */
export function pathOf({ instance, application, appversion, tenant }: Address): {
  path: string;
  query: Query;
} {
  return {
    path: configurationsOf(application, appversion),
    query: { serviceInstanceName: instance, tenantId: tenant },
  };
}

function configurationsOf(application?: string, appversion?: string): string {
  if (application === undefined) return '/tenant-configs';
  const path = `/app-configs/applications/${pathSegment(application)}`;
  return appversion === undefined ? path : `${path}/app-versions/${pathSegment(appversion)}`;
}

/** In words. */
export function describeAddress({ instance, application, appversion, tenant }: Address): string {
  const owner =
    appversion ?? application ?? (tenant === undefined ? 'the tenant' : `tenant ${tenant}`);
  return `${instance} for ${owner}`;
}
