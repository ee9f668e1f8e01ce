import { APPLICATION_NAME } from '../applications/names.js';
import { INSTANCE } from '../configurations/levels.js';
import type { Parameter } from '../rest/parameter.js';
import { CLUSTER_INCLUDES } from './cluster-reader.js';

export const OPTIONAL_INSTANCE: Parameter = {
  ...INSTANCE,
  required: false,
  description: 'Only configurations of this service instance.',
};

export const APP_NAMES: Parameter = {
  name: 'appName',
  in: 'query',
  description: 'Only these applications; repeat it, or put commas between.',
  schema: { type: 'array', items: { type: 'string', pattern: APPLICATION_NAME.source } },
  example: ['smart_kettle'],
};

export const INCLUDE: Parameter = {
  name: 'include',
  in: 'query',
  description: 'Only documents of these levels; repeat it, or put commas between.',
  schema: { type: 'array', items: { type: 'string', enum: CLUSTER_INCLUDES } },
  example: ['appConfigs'],
};

export const REVISIONS: Parameter = {
  name: 'revisions',
  in: 'query',
  description:
    'With each `config` its revision and its ETag, so that who keeps it can go on with conditional requests. Only with `serviceInstanceName`.',
  schema: { type: 'boolean', default: false },
};

export const MODE: Parameter = {
  name: 'mode',
  in: 'query',
  description:
    '`merge`: what is not named stays. `replace`: configurations of the named instances that are not in the body are deleted; applications never are.',
  schema: { type: 'string', enum: ['merge', 'replace'], default: 'merge' },
};
