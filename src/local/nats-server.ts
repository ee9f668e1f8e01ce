import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.js';
import { logTail } from './log-tail.js';
import { requireOwnFolder } from './own-folder.js';
import { whenProcessEnds } from './process-end.js';
import {
  commandLine,
  findProcesses,
  isAlive,
  isOwn,
  sendSignal,
  waitForEnd,
} from './process-table.js';

/** What {@link startNatsServer} needs. */
export interface NatsServerOptions {
  /** The program; see findNatsServer. */
  binary: string;
  /** Default: a free one, which the server itself picks. */
  port?: number;
  /** Holds its log, its process number, its streams; made if missing. One server at a time uses it. */
  stateFolder: string;
  /** Default false. */
  jetstream?: boolean;
  signal?: AbortSignal;
}

/** A running nats-server of our own, on 127.0.0.1. */
export interface NatsServer {
  url: string;
  port: number;
  pid: number;
  /** It ran already, left behind by a run that was killed; its clients may go on. */
  adopted: boolean;
  /** Ends it in order; done when it is gone. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, sent before this returns; done when it is gone. */
  kill(): Promise<void>;
}

const START_TIMEOUT = 15_000;

/**
 * Starts a nats-server and waits until it greets a client. One that a killed run left behind on the
 * same state folder is adopted if it was started the same way, else stopped and replaced.
 * It ends with this process too, unless that is killed with SIGKILL.
 * @throws LocalError with the last lines of its log if it cannot be started
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const stateFolder = resolve(options.stateFolder);
  requireOwnFolder(stateFolder, false);
  const args = serverArguments(stateFolder, options);
  const logFile = join(stateFolder, 'nats-server.log');
  const left = await adoptable(stateFolder, args);
  const child = left === undefined ? launch(options.binary, args, stateFolder, logFile) : undefined;
  const pid = left ?? child?.pid;
  if (pid === undefined) {
    throw new LocalError(`${options.binary} cannot be run: ${await failureOf(child)}`);
  }

  const kill = (): void => {
    sendSignal(pid, 'SIGKILL');
  };
  const forget = whenProcessEnds(kill);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    sendSignal(pid, signal);
    if (!(await waitForEnd(pid, 10_000))) {
      kill();
      await waitForEnd(pid, 10_000);
    }
    forget();
  };
  try {
    const port = await waitUntilReady(pid, stateFolder, logFile, options.signal);
    let stopped: Promise<void> | undefined;
    return {
      url: `nats://127.0.0.1:${port}`,
      port,
      pid,
      adopted: left !== undefined,
      stop: () => (stopped ??= end('SIGTERM')),
      kill: () => end('SIGKILL'),
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

function serverArguments(stateFolder: string, { port, jetstream }: NatsServerOptions): string[] {
  return [
    ...['-a', '127.0.0.1', '-p', String(port ?? -1)],
    // These two name our folder, so they tell this server from all others.
    ...['-P', join(stateFolder, 'nats-server.pid'), '--ports_file_dir', portsFolder(stateFolder)],
    ...(jetstream === true ? ['-js', '-sd', join(stateFolder, 'jetstream')] : []),
  ];
}

/**
 * A server that runs on this folder with just these arguments. One with others is stopped. It is found
 * among the processes by its command line: the file with its number may be missing (it was killed too
 * early) or name another process by now.
 */
async function adoptable(stateFolder: string, args: string[]): Promise<number | undefined> {
  let same: number | undefined;
  for (const pid of findProcesses(`-P ${join(stateFolder, 'nats-server.pid')} `).filter(isOwn)) {
    const matches = commandLine(pid)?.endsWith(` ${args.join(' ')}`) === true;
    if (matches && same === undefined) {
      same = pid;
      continue;
    }
    sendSignal(pid, 'SIGTERM');
    if (!(await waitForEnd(pid, 5000))) sendSignal(pid, 'SIGKILL');
    await waitForEnd(pid, 5000);
  }
  return same;
}

function launch(
  binary: string,
  args: string[],
  stateFolder: string,
  logFile: string,
): ChildProcess {
  rmSync(portsFolder(stateFolder), { recursive: true, force: true });
  mkdirSync(portsFolder(stateFolder), { mode: 0o700 });
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(binary, args, {
    cwd: '/',
    // A session of its own: Ctrl-C in the terminal must not stop it before Tekton has drained.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  // A program that forgets to stop it may still come to its own end.
  child.unref();
  return child;
}

async function failureOf(child: ChildProcess | undefined): Promise<string> {
  return new Promise((resolve) => {
    child?.once('error', (error) => {
      resolve(error.message);
    });
  });
}

async function waitUntilReady(
  pid: number,
  stateFolder: string,
  logFile: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const deadline = Date.now() + START_TIMEOUT;
  while (isAlive(pid) && Date.now() < deadline) {
    signal?.throwIfAborted();
    // Also for a given port: somebody else's server may answer there.
    const port = portOf(pid, stateFolder);
    if (port !== undefined && (await greets(port))) return port;
    await sleep(20);
  }
  throw new LocalError(
    `nats-server did not start. Its log, ${logFile}, ends with:\n${logTail(logFile)}`,
  );
}

/** The port that the server listens on, once it has said so. */
function portOf(pid: number, stateFolder: string): number | undefined {
  const folder = portsFolder(stateFolder);
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((name) => name.endsWith(`_${pid}.ports`));
  if (file === undefined) return undefined;
  // Not parsed as JSON, since it may be just half written.
  const port = /"nats:\/\/127\.0\.0\.1:(\d+)"/.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Whether a NATS server answers there: it speaks first, with INFO. */
async function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => {
      done(data.toString('latin1').startsWith('INFO '));
    });
    socket.once('timeout', () => {
      done(false);
    });
    socket.once('error', () => {
      done(false);
    });
    socket.once('close', () => {
      done(false);
    });
  });
}

function portsFolder(stateFolder: string): string {
  return join(stateFolder, 'ports');
}
