import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.js';
import { logTail } from './log-tail.js';
import { OwnProcess } from './own-process.js';

/** What {@link TektonServer.start} needs. */
export interface TektonServerOptions {
  projectRoot: string;
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
  /** For Node.js itself; default none. */
  nodeArguments?: readonly string[];
  /** Must not be there yet. */
  logFile: string;
  signal: AbortSignal;
}

interface TektonUrls {
  restUrl: string;
  managementUrl: string;
}

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 5000;

/** The built Tekton, as a process of its own. */
export class TektonServer {
  private constructor(
    private readonly process: OwnProcess,
    private readonly urls: TektonUrls,
  ) {}

  /** @throws LocalError with the last lines of its log if it does not become ready */
  static async start(options: TektonServerOptions): Promise<TektonServer> {
    const { projectRoot, env, nodeArguments = [], logFile, signal } = options;
    const log = openSync(logFile, 'wx', 0o600);
    const program = join(projectRoot, 'dist', 'bundle', 'main.js');
    const server = new OwnProcess({
      program,
      nodeArguments,
      env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    try {
      return new TektonServer(server, await untilReady(server, logFile, signal));
    } catch (error) {
      await server.stop(STOP_TIMEOUT);
      throw error;
    }
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Where the API is, without `/api/v1`. */
  get url(): string {
    return this.urls.restUrl;
  }

  /** Where health and metrics are. */
  get managementUrl(): string {
    return this.urls.managementUrl;
  }

  stop(): Promise<void> {
    return this.process.stop(STOP_TIMEOUT);
  }
}

/** The URLs that it tells in its log once it is ready. */
async function untilReady(
  server: OwnProcess,
  logFile: string,
  signal: AbortSignal,
): Promise<TektonUrls> {
  const deadline = performance.now() + START_TIMEOUT;
  while (server.isRunning && performance.now() < deadline) {
    const urls = urlsIn(logFile);
    if (urls !== undefined) return urls;
    await sleep(25, undefined, { signal });
  }
  throw new LocalError(`Tekton did not become ready. Its log ends with:\n${logTail(logFile)}`);
}

function urlsIn(logFile: string): TektonUrls | undefined {
  if (!existsSync(logFile)) return undefined;
  const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
  const ready = lines.find((line) => line.includes('"msg":"Tekton is ready"'));
  return ready === undefined ? undefined : (JSON.parse(ready) as TektonUrls);
}
