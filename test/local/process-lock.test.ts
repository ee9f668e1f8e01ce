import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processStart, takeLock } from '../../scripts/process-lock.mjs';
import { temporaryFolder } from './temporary-folder.js';

/** Another process that holds the lock until it is killed. */
async function holdElsewhere(file: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const module = new URL('../../scripts/process-lock.mjs', import.meta.url).href;
  const code = `
    const { takeLock } = await import(${JSON.stringify(module)});
    console.log(Object.keys(takeLock(${JSON.stringify(file)}))[0]);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  expect(answer.toString().trim()).toBe('lock');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a lock is had by one process at a time, and says by which', async () => {
  const file = join(temporaryFolder(), 'lock');
  const other = await holdElsewhere(file);
  expect(takeLock(file)).toEqual({ heldBy: other.pid });
});

test('a lock does not outlive a process that was killed', async () => {
  const file = join(temporaryFolder(), 'lock');
  const other = await holdElsewhere(file);
  await other.kill();
  expect(takeLock(file).lock).toBeDefined();
});

test('a lock stays taken while a process lives that it was extended to', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'lock');
  const { pid, kill } = await holdElsewhere(join(folder, 'another'));
  const gone = { pid: 1, start: 'in another life' };
  writeFileSync(file, JSON.stringify([gone, { pid, start: processStart(pid) }]));
  expect(takeLock(file)).toEqual({ heldBy: pid });
  await kill();
  expect(takeLock(file).lock).toBeDefined();
});

test('a living process with the number of the holder is not the holder', () => {
  const file = join(temporaryFolder(), 'lock');
  writeFileSync(file, JSON.stringify([{ pid: process.pid, start: 'in another life' }]));
  expect(takeLock(file).lock).toBeDefined();
});

test('a lock file that was cut short by a power failure is no lock', () => {
  const file = join(temporaryFolder(), 'lock');
  writeFileSync(file, '[{"pid": 1');
  expect(takeLock(file).lock).toBeDefined();
});

test('a released lock leaves nothing behind', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'lock');
  const { lock } = takeLock(file);
  lock?.include(process.pid);
  expect(existsSync(file)).toBe(true);
  lock?.release();
  expect(readdirSync(folder)).toEqual([]);
});
