import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { isAlive } from '../../src/local/process-table.js';
import { temporaryFolder } from '../local/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

/** In milliseconds; building, which the first one does, takes most of it. */
export const DEMO_TIMEOUT = 240_000;

/** A running demo. */
export interface Demo {
  /** Where it makes its own folder. */
  folder: string;
  /** Resolved with what was found once something like that has been written. */
  says: (text: RegExp) => Promise<RegExpExecArray>;
  /** The exit code, or the signal that ended it. */
  ended: Promise<unknown>;
  output: () => string;
  /** Of the processes that it has named and that live. */
  livingProcesses: () => number[];
  signal: (signal: NodeJS.Signals) => void;
}

/** Runs what `npm run demo` runs, in a temporary folder of its own. */
export function runDemo(): Demo {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, TMPDIR: folder } });
  let output = '';
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const written = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      written.dispatchEvent(new Event('text'));
    });
  }
  const says = async (text: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = text.exec(output);
      if (found !== null) return found;
      const isOver = await Promise.race([once(written, 'text'), ended.then(() => 'ended')]);
      if (isOver === 'ended') throw new Error(`it ended without saying ${text.source}: ${output}`);
    }
  };
  return {
    folder,
    says,
    ended,
    output: () => output,
    livingProcesses: () =>
      [...output.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid)).filter(isAlive),
    signal: (signal) => child.kill(signal),
  };
}
