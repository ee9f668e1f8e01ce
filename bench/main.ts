import { runToEnd } from '../src/local/run-to-end.js';
import { Lab } from './lab.js';
import { describeMachine } from './machine.js';
import { EFFORTS, readOptions, type Options } from './options.js';
import { Progress } from './progress.js';
import { profileRow } from './profile.js';
import { ROWS } from './rows/all.js';
import { jsonOf, tableOf, type Measured } from './table.js';
import type { Run } from '../src/local/run-to-end.js';

/**
 * Measures Tekton against its references, prints the table, and ends the process.
 * @param projectRoot the folder with Tekton's package.json
 * @param args those of the command line
 */
export async function bench(projectRoot: string, args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === undefined) return;
  await runToEnd({
    work: (run) => work(projectRoot, options, run),
    failed: (message) => {
      console.error(message);
    },
    done: () => undefined,
  });
}

async function work(projectRoot: string, options: Options, run: Run): Promise<void> {
  const progress = new Progress();
  const lab = await Lab.open(projectRoot, run, (line) => {
    progress.line(line);
  });
  const effort = EFFORTS[options.quick ? 'quick' : 'full'];
  if (options.profile !== undefined) {
    await profileRow(lab, options.profile, effort, progress);
    return;
  }
  const rows = ROWS.filter(({ number }) => options.only?.includes(number) ?? true);
  const measured: Measured[] = [];
  for (const row of rows) {
    const outcome = await progress.during(`${row.number}. ${row.work}`, (tell) =>
      row.measure(lab, effort, tell),
    );
    measured.push({ row, outcome });
  }
  progress.end();
  if (options.json) console.log(jsonOf(measured));
  else console.log(`${tableOf(measured)}\n\n${await describeMachine(lab, options)}`);
}
