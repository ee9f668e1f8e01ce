import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../src/local/free-port.js';
import { findProcesses } from '../../src/local/process-table.js';
import { temporaryFolder } from './temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Building, which the first start does, takes most of it. */
const TIMEOUT = 180_000;

interface Start {
  process: ChildProcess;
  /** Resolved when the text has been written, rejected if the process ends without it. */
  says: (text: string) => Promise<void>;
  /** The exit code, or the signal that ended it. */
  ended: Promise<unknown>;
  output: () => string;
}

/** What `npm start` runs, with ports of its own and its data in that folder. */
async function npmStart(dataFolder: string, args: string[] = []): Promise<Start> {
  const env: NodeJS.ProcessEnv = { ...process.env, TEKTON_DATA_DIR: dataFolder };
  for (const name of ['DATABASE_URL', 'DATABASE_URL_FILE', 'NATS_URL', 'NATS_URLS']) {
    Reflect.deleteProperty(env, name);
  }
  env.PORT = String(await findFreePort());
  env.MANAGEMENT_PORT = String(await findFreePort());
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

/** Sends what the printed curl commands would send, and returns the statuses. */
async function tryWhatIsPrinted(output: string): Promise<number[]> {
  const statuses = [];
  for (const [command] of output.replaceAll('\\\n', ' ').matchAll(/^ *curl .*$/gm)) {
    const body = /-d '([^']*)'/.exec(command)?.[1];
    const response = await fetch(/http:[^\s']+/.exec(command)?.[0] ?? '', {
      method: /-X (\w+)/.exec(command)?.[1] ?? 'GET',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    statuses.push(response.status);
  }
  return statuses;
}

test(
  'a start survives the kill of the one before it, excludes a second one, and leaves nothing behind',
  { timeout: TIMEOUT },
  async () => {
    const dataFolder = temporaryFolder();
    chmodSync(dataFolder, 0o755);
    const killed = await npmStart(dataFolder);
    await killed.says('Tekton is running.');
    killed.process.kill('SIGKILL');
    await killed.ended;

    const first = await npmStart(dataFolder);
    await first.says('Tekton is running.');
    expect(first.output()).toContain('PostgreSQL was still running');
    expect(first.output()).toContain('nats-server was still running');

    const second = await npmStart(dataFolder);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`as process ${String(first.process.pid)}`);

    expect(await tryWhatIsPrinted(first.output())).toEqual([201, 201, 200]);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain('Stopped.');
    expect(findProcesses(dataFolder)).toEqual([]);
  },
);

test('a signal during the first start ends what was begun', { timeout: TIMEOUT }, async () => {
  const dataFolder = temporaryFolder();
  const start = await npmStart(dataFolder);
  await start.says('Creating the database');
  start.process.kill('SIGINT');
  expect(await start.ended).toBe(0);
  expect(findProcesses(dataFolder)).toEqual([]);
});

test('an unknown argument is refused, and --help tells what there is', async () => {
  const wrong = await npmStart(temporaryFolder(), ['--port', '9000']);
  expect(await wrong.ended).toBe(64);
  expect(wrong.output()).toContain('Unknown argument: --port 9000');
  const help = await npmStart(temporaryFolder(), ['--help']);
  expect(await help.ended).toBe(0);
  expect(help.output()).toContain('TEKTON_DATA_DIR');
});
