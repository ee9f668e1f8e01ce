import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findProcesses } from '../../src/local/process-table.js';
import { npmStart, START_TIMEOUT } from './npm-start.js';
import { temporaryFolder } from './temporary-folder.js';

/** What is printed to be pasted into a terminal: everything between its heading and what is logged later. */
function printedCommands(output: string): string {
  const [, block = ''] = output.split('Try in another terminal:');
  return block.split(/\n(?=\S)/)[0] ?? '';
}

/** Pastes commands into a shell, and returns what they write. */
async function paste(commands: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', commands], { timeout: 60_000 });
  return stdout;
}

test(
  'a secure start takes only tokens of its issuers, and keeps tenants apart, as it prints',
  { timeout: START_TIMEOUT },
  async () => {
    const dataFolder = temporaryFolder();
    chmodSync(dataFolder, 0o755);
    const start = await npmStart(dataFolder, ['--secure']);
    await start.says('Tekton is running.');
    await start.says('without a token there is nothing to see (401)');
    expect(start.output()).toContain('DEVELOPMENT issuer');
    const commands = printedCommands(start.output());
    const calls = commands.split(/\n(?= {2}curl )/).slice(1);
    const tokens = commands.split(/\n(?= {2}curl )/)[0] ?? '';
    expect(calls).toHaveLength(7);

    const written = await paste(commands);
    expect(written).toContain('"acme_kettle"');
    expect(written).toContain('"autoExtraction":true');
    expect(written).toContain('HTTP/1.1 401');

    const statuses = await Promise.all(
      calls.slice(2).map((call) => {
        const status = call.replace('curl', "curl -s -o /dev/null -w '%{http_code}'");
        return paste(`${tokens}\n${status}`);
      }),
    );
    expect(statuses).toEqual(['200', '200', '404', '200', '401']);

    start.process.kill('SIGTERM');
    expect(await start.ended).toBe(0);
    expect(start.output()).toContain('Stopped.');
    expect(findProcesses(dataFolder)).toEqual([]);
  },
);
