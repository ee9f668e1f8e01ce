import {
  APP_NAME,
  APP_VERSION_NAME,
  TENANT_ID,
  TENANT_ID_OF_APPLICATION,
} from '../applications/parameters.js';
import type { Call } from '../auth/call.js';
import type { AccessRule } from '../auth/access-rule.js';
import { Scope } from '../auth/scopes.js';
import type { Parameter } from '../rest/parameter.js';
import type { ConfigurationOwner } from './configuration-owner.js';

/** What OpenAPI says of a document: it is opaque here. */
export const DOCUMENT = { type: 'object', additionalProperties: true } as const;

export const INSTANCE: Parameter = {
  name: 'serviceInstanceName',
  in: 'query',
  required: true,
  description: 'The service instance whose configuration is meant.',
  schema: { type: 'string', minLength: 1, maxLength: 100 },
  example: 'epts',
};

/** Parameters that say which owner is meant; which of them there are depends on the level. */
export type OwnerParameters = Record<'appName' | 'appVersionName', string> & {
  tenantId?: string;
};

/** Where REST has the configurations of a level, and who may use them. */
export interface Level {
  path: string;
  tag: string;
  /** What its configurations are called in the operations of OpenAPI. */
  operationSuffix: string;
  parameters: readonly Parameter[];
  toOwner: (parameters: OwnerParameters, call: Call) => ConfigurationOwner;
  /** A document, and a merge patch of it, that suit the instance `epts` of the sample settings. */
  example: object;
  patchExample: object;
  /** Who may read, and who may write. */
  readers: AccessRule;
  writers: AccessRule;
}

const APPLICATION_RULES: Pick<Level, 'readers' | 'writers'> = {
  readers: { kind: 'application', scope: Scope.ApplicationRead },
  writers: { kind: 'application', scope: Scope.ApplicationUpdate },
};

export const LEVELS: readonly Level[] = [
  {
    path: 'app-configs/applications/:appName',
    tag: 'Configurations of an application',
    operationSuffix: 'ApplicationConfiguration',
    parameters: [APP_NAME, TENANT_ID_OF_APPLICATION],
    example: { autoExtraction: true },
    patchExample: { autoExtraction: false },
    toOwner: ({ appName, tenantId }) => ({
      level: 'application',
      appName,
      ...(tenantId !== undefined && { tenantId }),
    }),
    ...APPLICATION_RULES,
  },
  {
    path: 'app-configs/applications/:appName/app-versions/:appVersionName',
    tag: 'Configurations of an appversion',
    operationSuffix: 'AppVersionConfiguration',
    parameters: [APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION],
    example: {
      extractions: [{ timeSeries: 'weather', values: { temperature: '/temp' } }],
    },
    patchExample: {
      extractions: [{ timeSeries: 'weather', values: { temperature: '/celsius' } }],
    },
    toOwner: ({ appName, appVersionName, tenantId }) => ({
      level: 'appversion',
      appName,
      appVersionName,
      ...(tenantId !== undefined && { tenantId }),
    }),
    ...APPLICATION_RULES,
  },
  {
    path: 'tenant-configs',
    tag: 'Configurations of a tenant',
    operationSuffix: 'TenantConfiguration',
    parameters: [TENANT_ID],
    example: { retentionDays: 90 },
    patchExample: { retentionDays: 30 },
    toOwner: ({ tenantId }, { caller }) => ({
      level: 'tenant',
      tenantId: tenantId ?? caller.tenantId,
    }),
    // One's own needs no scope.
    readers: { kind: 'tenant', every: Scope.PlatformTenantConfigurationRead },
    writers: { kind: 'platform', scope: Scope.PlatformApplicationUpdate },
  },
];
