import type { Parameter } from '../rest/parameter.js';
import { TENANT_ID as TENANT_ID_PATTERN } from '../tenancy/tenant.js';
import { APP_VERSION_NAME as VERSION_PATTERN, APPLICATION_NAME } from './names.js';

export const APP_NAME: Parameter = {
  name: 'appName',
  in: 'path',
  required: true,
  description: 'Name of the application.',
  schema: { type: 'string', pattern: APPLICATION_NAME.source },
  example: 'smart_kettle',
};

export const APP_VERSION_NAME: Parameter = {
  name: 'appVersionName',
  in: 'path',
  required: true,
  description: 'Full name of the version.',
  schema: { type: 'string', pattern: VERSION_PATTERN.source },
  example: 'smart_kettle-v1',
};

export const TENANT_ID: Parameter = {
  name: 'tenantId',
  in: 'query',
  description: "The tenant to act in; the caller's own if it is not given.",
  schema: { type: 'string', pattern: TENANT_ID_PATTERN.source },
  example: 'kaa',
};

/** On calls that name an application, which says by itself whose it is. */
export const TENANT_ID_OF_APPLICATION: Parameter = {
  ...TENANT_ID,
  description: 'The tenant of the application; one that is not its own is answered with 404.',
};
