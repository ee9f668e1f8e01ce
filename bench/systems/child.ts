import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from '../../src/local/local-error.js';
import { logTail } from '../../src/local/log-tail.js';
import { whenProcessEnds } from '../../src/local/process-end.js';

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 5000;

/** How to start a program, and how to know that it serves. */
export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
  /** Must not be there yet. */
  logFile: string;
  /** Whether it serves by now; asked again and again. */
  isReady: () => Promise<boolean>;
  signal: AbortSignal;
}

/** A program that is measured; it ends with this process. */
export interface Child {
  pid: number;
  stop: () => Promise<void>;
}

/** @throws LocalError with the last lines of its log if it does not become ready */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, env, logFile, isReady, signal } = options;
  const log = openSync(logFile, 'wx', 0o600);
  const child = spawn(command, args, { env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new LocalError(`${name} cannot be run by ${command}.`);
  const forget = whenProcessEnds(() => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
    await ended;
    clearTimeout(timer);
    forget();
  };
  const deadline = performance.now() + START_TIMEOUT;
  while (
    child.exitCode === null &&
    child.signalCode === null &&
    performance.now() < deadline &&
    !signal.aborted
  ) {
    if (await isReady().catch(() => false)) return { pid, stop };
    await sleep(50);
  }
  await stop();
  throw new LocalError(`${name} did not become ready. Its log ends with:\n${logTail(logFile)}`);
}
