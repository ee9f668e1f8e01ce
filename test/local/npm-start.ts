import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { findFreePort } from '../../src/local/free-port.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** In milliseconds; building, which the first start does, takes most of it. */
export const START_TIMEOUT = 180_000;

/** A running `npm start`. */
export interface Start {
  process: ChildProcess;
  /** Resolved when the text has been written, rejected if the process ends without it. */
  says: (text: string) => Promise<void>;
  /** The exit code, or the signal that ended it. */
  ended: Promise<unknown>;
  output: () => string;
}

/** Runs what `npm start` runs, with ports of its own and its data in that folder. */
export async function npmStart(dataFolder: string, args: string[] = []): Promise<Start> {
  const env: NodeJS.ProcessEnv = { ...process.env, TEKTON_DATA_DIR: dataFolder };
  for (const name of ['DATABASE_URL', 'DATABASE_URL_FILE', 'NATS_URL', 'NATS_URLS']) {
    Reflect.deleteProperty(env, name);
  }
  env.PORT = String(await findFreePort());
  env.MANAGEMENT_PORT = String(await findFreePort());
  env.DEVELOPMENT_ISSUER_PORT = '0';
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), ...args], { env });
  let output = '';
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const says = async (text: string): Promise<void> => {
    const said = new Promise<void>((resolve) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.add(look);
      look();
    });
    const endedWithoutIt = ended.then((how) => {
      throw new Error(`it ended (${String(how)}) without saying "${text}": ${output}`);
    });
    await Promise.race([said, endedWithoutIt]);
  };
  return { process: child, says, ended, output: () => output };
}
