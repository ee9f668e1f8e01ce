import { integer, type Option } from './option.js';

/** Options of telling what changed since a position. */
export const CHANGES_OPTIONS = {
  'changes.examine-limit': integer({
    about: 'How many notifications one call of /changes looks through for those it is asked for.',
    default: 100_000,
    min: 1,
    max: 10_000_000,
  }),
  'changes.tenant-waiting-limit': integer({
    about:
      'How many of them may be of callers of one tenant, so that no tenant keeps others from waiting (503 above).',
    default: 5000,
    min: 1,
    max: 1_000_000,
  }),
  'changes.waiting-limit': integer({
    about: 'How many calls of /changes may wait at a time, on each replica (503 above).',
    default: 10_000,
    min: 1,
    max: 1_000_000,
  }),
} satisfies Record<string, Option<unknown>>;
