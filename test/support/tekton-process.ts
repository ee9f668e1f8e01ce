import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RestClient } from './rest-client.js';

const MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

/** How a process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** The built Tekton as a process of its own, to be stopped and killed for real. */
export class TektonProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<Ending>;

  constructor(environment: Record<string, string>) {
    if (!existsSync(MAIN))
      throw new Error('dist/bundle/main.js is missing: run `npm run build` first');
    this.child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    // A test that fails in the middle leaves nothing running.
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    this.child.once('exit', () => process.off('exit', kill));
    this.ended = once(this.child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stderr: this.stderr,
    }));
  }

  /** The first log line with this message; needs the log level it is written at. */
  async waitForLog(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const entry = this.log().find(({ msg }) => msg === message);
      if (entry) return entry;
      const ending = await Promise.race([this.written(), this.ended]);
      if (ending && !this.log().some(({ msg }) => msg === message)) {
        throw new Error(
          `Tekton ended with ${ending.code} before "${message}":\n${this.stdout}${this.stderr}`,
        );
      }
    }
  }

  /** All lines of its log until now. */
  log(): Record<string, unknown>[] {
    return this.stdout.split('\n').flatMap((line) => {
      const entry = parseEntry(line);
      return entry ? [entry] : [];
    });
  }

  /** Resolves with a client of its API once it serves. */
  async serving(): Promise<RestClient> {
    const { restUrl } = await this.waitForLog('Tekton is ready');
    return new RestClient(`${String(restUrl)}/api/v1`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it without a chance to do anything more. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Resolves when it has written more. */
  private async written(): Promise<undefined> {
    await once(this.child.stdout as NodeJS.ReadableStream, 'data');
    return undefined;
  }

  end(): Promise<Ending> {
    return this.ended;
  }
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
