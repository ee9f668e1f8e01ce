import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { POSTGRES_ENVIRONMENT, type PostgresBinaries } from './postgres-binaries.js';
import { commandLine, isAlive, isNumberInUse } from './process-table.js';
import { asUser, runCommand } from './run-command.js';
import type { SystemUser } from './system-user.js';

/** PostgreSQL's main process. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** A server that this process has just started. */
export interface LaunchedPostmaster {
  /** 0 if it could not be run at all; it is not running then. */
  pid: number;
  isRunning(): boolean;
  /** Ends it, whatever it is doing; done when it is gone. */
  end(): Promise<void>;
}

/** A cluster and whom its server runs as. */
export interface ServerPlace {
  dataDirectory: string;
  binaries: PostgresBinaries;
  user: SystemUser | undefined;
  logFile: string;
}

/**
 * The server that runs on this data directory, such as one that a killed run left behind.
 * The file that it leaves too names a process number, which may be another program's by now, so the
 * command line has to be this server's.
 */
export function findPostmaster({ dataDirectory }: ServerPlace): Postmaster | undefined {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  // Its lines: process, data directory, start time, port, ...; written in steps.
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
  if (!pid) return undefined;
  const command = commandLine(pid);
  if (command?.includes(`-D ${dataDirectory} `) === true) return port ? { pid, port } : undefined;
  // It is stale, yet PostgreSQL would take any process of its user with that number for a server and
  // refuse to start, even a zombie that nothing collects. It does not depend on this file alone to
  // keep two servers off the same data: leftover processes of a server hold its shared memory.
  if (isNumberInUse(pid)) rmSync(file, { force: true });
  return undefined;
}

/**
 * Starts the server; it may still be recovering, or fail, after this returns.
 * `pg_ctl start` would do the same, but then the server is nobody's child: its number is known only
 * later (a signal in between would leave it behind), and where nothing collects orphans, as in many
 * containers, it stays a zombie after its end.
 */
export function launchPostmaster(
  place: ServerPlace,
  port: number,
  settings: Record<string, string>,
): LaunchedPostmaster {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  if (existsSync(place.logFile)) renameSync(place.logFile, `${place.logFile}.1`);
  const log = openSync(place.logFile, 'a', 0o600);
  const child = spawn(place.binaries.postgres, ['-D', place.dataDirectory, ...args], {
    cwd: '/',
    env: POSTGRES_ENVIRONMENT,
    // A session of its own: Ctrl-C in the terminal must not stop it before Tekton has drained.
    detached: true,
    stdio: ['ignore', log, log],
    ...asUser(place.user),
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    // It could not be run at all.
    child.once('error', (error) => {
      appendFileSync(place.logFile, `${error.message}\n`);
      resolve();
    });
  });
  let running = true;
  void ended.then(() => (running = false));
  // A program that forgets to stop it may still come to its own end.
  child.unref();
  return {
    pid: child.pid ?? 0,
    isRunning: () => running,
    end: async () => {
      // First as `pg_ctl -m fast` would do it, then as `-m immediate`.
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGQUIT'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Stops the server on this data directory, if there is one: its connections end, its data are written. */
export async function stopPostmaster(place: ServerPlace, pid: number): Promise<void> {
  const stop = (mode: string): Promise<string> =>
    runCommand(place.binaries.pgCtl, stopArguments(place, mode, 60), {
      timeout: 70_000,
      user: place.user,
      env: POSTGRES_ENVIRONMENT,
    });
  try {
    await stop('fast');
  } catch (error) {
    if (!isAlive(pid)) return;
    // It is stuck: end it as a crash would. Nothing committed is lost, the next start recovers.
    await stop('immediate').catch(() => {
      throw error;
    });
  }
}

/** The same at once, for a process that is ending and cannot wait for anything. */
export function stopPostmasterNow(place: ServerPlace): void {
  for (const mode of ['fast', 'immediate']) {
    const { status } = spawnSync(place.binaries.pgCtl, stopArguments(place, mode, 10), {
      cwd: '/',
      env: POSTGRES_ENVIRONMENT,
      stdio: 'ignore',
      ...asUser(place.user),
    });
    if (status === 0) return;
  }
}

function stopArguments(place: ServerPlace, mode: string, seconds: number): string[] {
  return ['stop', '-D', place.dataDirectory, '-m', mode, '-w', '-t', String(seconds)];
}
