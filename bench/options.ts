import { parseArgs } from 'node:util';
import type { Effort } from './rows/row.js';
import { ROWS } from './rows/all.js';

/** What the command line asks for. */
export interface Options {
  /** Numbers of rows; undefined: all. */
  only: readonly number[] | undefined;
  quick: boolean;
  json: boolean;
  /** Number of the row to profile. */
  profile: number | undefined;
}

export const EFFORTS: Readonly<Record<'full' | 'quick', Effort>> = {
  full: { rounds: 3, seconds: 10, repetitions: 100, ballast: 1_000_000 },
  quick: { rounds: 3, seconds: 2, repetitions: 30, ballast: 100_000 },
};

const USAGE = `npm run bench -- [options]: measures Tekton against its references, on this computer.

  --only 1,3,6     only these rows
  --quick          shorter loads and a smaller database: to see where things stand, not to quote
  --json           the results as JSON instead of a table
  --profile ROW    leaves a CPU profile of the server under the work of a row, for a browser's tools
  --help

It starts all it needs itself, at free ports of this computer, and leaves nothing behind.

${ROWS.map(({ number, work }) => `  row ${String(number).padStart(2)}  ${work}`).join('\n')}`;

/** Undefined if there is nothing to do: help was asked for, or it is wrong, which is said. */
export function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return undefined;
    }
    const { only, profile, quick, json } = values;
    return {
      only: only?.split(',').map(rowNumber),
      quick,
      json,
      profile: profile === undefined ? undefined : rowNumber(profile),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 64;
    return undefined;
  }
}

function rowNumber(text: string): number {
  const number = Number(text);
  if (ROWS.some((row) => row.number === number)) return number;
  throw new Error(`There is no row ${text}.`);
}
