import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from '../../scripts/process-lock.mjs';

/** Whether there is such a process, and it has not ended (a zombie has). */
export function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

/** Whether any process has that number, ended ones that nobody has collected included. */
export function isNumberInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The command line of a living process, its arguments separated by blanks; else undefined. */
export function commandLine(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
          encoding: 'utf8',
        }).trim();
  } catch {
    // It ended in between.
    return undefined;
  }
}

/** The processes, of all users, whose command line contains that text. */
export function findProcesses(text: string): number[] {
  return allProcesses().filter((pid) => commandLine(pid)?.includes(text) === true);
}

/** Whether the process is of our own user: what another one says of itself is not to be trusted. */
export function isOwn(pid: number): boolean {
  const own = String(process.getuid?.());
  if (process.platform === 'linux') {
    return String(statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid) === own;
  }
  return fromPs('-o', 'uid=', '-p', String(pid)) === own;
}

/**
 * Waits until a process has ended.
 * @param timeout in milliseconds
 * @returns false if it still lives then
 */
export async function waitForEnd(pid: number, timeout: number): Promise<boolean> {
  const deadline = Date.now() + timeout;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Sends a signal; a process that has ended already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function allProcesses(): number[] {
  const names =
    process.platform === 'linux' ? readdirSync('/proc') : fromPs('-ax', '-o', 'pid=').split(/\s+/);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function fromPs(...options: string[]): string {
  return execFileSync('ps', ['-ww', ...options], { encoding: 'utf8' }).trim();
}
