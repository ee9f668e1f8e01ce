import type { Options } from 'yargs';
import type { Output } from './output.js';

/** The flag of all commands that change something. */
export const DRY_RUN = {
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'Have it checked, and say who would be told; change nothing',
  },
} as const satisfies Record<string, Options>;

/** Says what was not done, if it was not. */
export function tellDryRun({ headers }: Response, output: Output): boolean {
  if (headers.get('x-dry-run') !== 'true') return false;
  const told = headers.get('x-would-notify') ?? '';
  output.note(`Dry run: nothing was changed. ${told === '' ? 'Nobody' : told} would be told.`);
  return true;
}
