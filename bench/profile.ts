import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../src/local/local-error.js';
import type { Lab } from './lab.js';
import type { Progress } from './progress.js';
import { ROWS } from './rows/all.js';
import type { Effort } from './rows/row.js';

/**
 * Does the work of a row with a Tekton that notes where its time goes. The file is left in the folder
 * that the command was called in.
 * @throws LocalError if the row has no profile
 */
export async function profileRow(
  lab: Lab,
  number: number,
  effort: Effort,
  progress: Progress,
): Promise<void> {
  const row = ROWS.find((one) => one.number === number);
  if (row === undefined) throw new LocalError(`There is no row ${number}.`);
  // npm calls us in the project's folder, and tells where it was called itself.
  const folder = process.env.INIT_CWD ?? process.cwd();
  const tekton = await lab.profiled(folder);
  await progress.during(`${row.number}. ${row.work}`, (tell) =>
    row.measure(lab, { ...effort, rounds: 1 }, tell),
  );
  await tekton.stop();
  const file = readdirSync(folder).find(
    (name) => name.includes(`.${tekton.pid}.`) && name.endsWith('.cpuprofile'),
  );
  if (file === undefined) throw new LocalError('Node.js has left no profile.');
  progress.line(
    `The profile is ${join(folder, file)}; open it in a browser's developer tools (Performance).`,
  );
}
