import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findProcesses } from '../../src/local/process-table.js';
import { npmStart, START_TIMEOUT } from './npm-start.js';
import { temporaryFolder } from './temporary-folder.js';

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
  { timeout: START_TIMEOUT },
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

test(
  'a signal during the first start ends what was begun',
  { timeout: START_TIMEOUT },
  async () => {
    const dataFolder = temporaryFolder();
    const start = await npmStart(dataFolder);
    await start.says('Creating the database');
    start.process.kill('SIGINT');
    expect(await start.ended).toBe(0);
    expect(findProcesses(dataFolder)).toEqual([]);
  },
);

test('an unknown argument is refused, and --help tells what there is', async () => {
  const wrong = await npmStart(temporaryFolder(), ['--port', '9000']);
  expect(await wrong.ended).toBe(64);
  expect(wrong.output()).toContain('Unknown argument: --port 9000');
  const help = await npmStart(temporaryFolder(), ['--help']);
  expect(await help.ended).toBe(0);
  expect(help.output()).toContain('TEKTON_DATA_DIR');
});
