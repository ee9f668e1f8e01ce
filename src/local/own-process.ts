import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.js';
import { whenProcessEnds } from './process-end.js';

/** How to run a program of Node.js. */
export interface OwnProcessOptions {
  /** Its file. */
  program: string;
  /** For Node.js itself; default none. */
  nodeArguments?: readonly string[];
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
  stdio: StdioOptions;
}

/** A program of Node.js that runs as a child, and ends with this process. */
export class OwnProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** How it ended, in words, once it has. */
  readonly ended: Promise<string>;
  private hasEnded = false;

  constructor({ program, nodeArguments = [], env, stdio }: OwnProcessOptions) {
    // A session of its own: Ctrl-C in the terminal reaches us alone, and we end it in its turn.
    this.child = spawn(process.execPath, [...nodeArguments, program], {
      env,
      stdio,
      detached: true,
    });
    const { pid } = this.child;
    if (pid === undefined) throw new LocalError(`${program} cannot be run by ${process.execPath}.`);
    this.pid = pid;
    const forget = whenProcessEnds(() => this.child.kill('SIGKILL'));
    this.ended = new Promise((resolve) => {
      // Not `exit`: what it has written last is read by then.
      this.child.once('close', (code, signal) => {
        this.hasEnded = true;
        forget();
        resolve(signal ?? `exit code ${String(code)}`);
      });
    });
  }

  get isRunning(): boolean {
    return !this.hasEnded;
  }

  /**
   * Ends it in order, or with SIGKILL if it does not end.
   * @param patience milliseconds that it may take
   */
  async stop(patience: number): Promise<void> {
    this.child.kill('SIGTERM');
    const over = new AbortController();
    const timer = sleep(patience, undefined, { signal: over.signal }).then(
      () => this.child.kill('SIGKILL'),
      () => undefined,
    );
    await this.ended;
    over.abort();
    await timer;
  }
}
