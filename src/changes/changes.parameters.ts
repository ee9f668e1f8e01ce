import { INSTANCE } from '../configurations/levels.js';
import type { Parameter } from '../rest/parameter.js';

const DEFAULT_LIMIT = 500;
const MAXIMAL_LIMIT = 5000;
const MAXIMAL_WAIT_SECONDS = 60;

export const TOLD_INSTANCE: Parameter = {
  ...INSTANCE,
  required: false,
  description: 'Only what this service instance is told; without it, what any of them is told.',
};

export const SINCE: Parameter = {
  name: 'since',
  in: 'query',
  description:
    'The position after which to begin: `position` of the answer before, or `X-Position` of a bulk read. Without it, the answer is the position of now, and no changes.',
  schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  example: 0,
};

export const LIMIT: Parameter = {
  name: 'limit',
  in: 'query',
  description: 'How many changes to answer at most.',
  schema: { type: 'integer', minimum: 1, maximum: MAXIMAL_LIMIT, default: DEFAULT_LIMIT },
};

export const WAIT: Parameter = {
  name: 'wait',
  in: 'query',
  description:
    'Seconds for which the answer may be held back until there is a change, where there is none yet.',
  schema: { type: 'integer', minimum: 0, maximum: MAXIMAL_WAIT_SECONDS, default: 0 },
};
