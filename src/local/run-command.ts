import { spawn } from 'node:child_process';
import { whenProcessEnds } from './process-end.js';
import type { SystemUser } from './system-user.js';

/** How to run a command. */
export interface CommandOptions {
  /** In milliseconds; after it the command and its children are killed. */
  timeout: number;
  /** Run as this user (only root can); undefined: as ourselves. */
  user?: SystemUser | undefined;
  /** Default `/`, which every user may enter. */
  cwd?: string;
  /** The whole environment; default ours. */
  env?: NodeJS.ProcessEnv;
  /** Kills the command and its children. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs a command to its end.
 * @returns what it wrote to its standard output
 * @throws Error with its output if it failed or took too long; the signal's reason if that came
 */
export async function runCommand(
  command: string,
  args: string[],
  options: CommandOptions,
): Promise<string> {
  options.signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    // A process group of its own: Ctrl-C in the terminal reaches us alone, and we end all of it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...asUser(options.user),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  const endGroup = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid);
  };
  const deadline = Date.now() + options.timeout;
  const timer = setTimeout(endGroup, options.timeout);
  options.signal?.addEventListener('abort', endGroup);
  const forget = whenProcessEnds(endGroup);
  try {
    const ending = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve(code === 0 ? undefined : (signal ?? `exit code ${String(code)}`));
      });
    });
    options.signal?.throwIfAborted();
    if (ending !== undefined) {
      const how =
        Date.now() >= deadline
          ? `took longer than ${options.timeout / 1000} s`
          : `failed (${ending})`;
      throw new Error(`${command} ${how}: ${(stderr || stdout).trim()}`);
    }
    return stdout;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', endGroup);
    forget();
  }
}

/** The part of spawn's options that says whose process it is. */
export function asUser(user: SystemUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

function signalGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of them have ended already.
  }
}
