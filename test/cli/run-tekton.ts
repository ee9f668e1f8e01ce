import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/** How a command ended. */
export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that is running. */
export interface RunningCommand {
  process: ChildProcessWithoutNullStreams;
  stdout: () => string;
  stderr: () => string;
  ended: Promise<Ending>;
}

/** Whoever works at one shell: a folder, and an environment. */
export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), 'tekton-cli-'));

  /** Called in a test, or in a hook of one with its own clean-up. */
  constructor(private readonly environment: Record<string, string | undefined> = {}) {}

  static inTest(environment: Record<string, string | undefined>): Shell {
    const shell = new Shell(environment);
    onTestFinished(() => {
      shell.remove();
    });
    return shell;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a file in the folder. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs the built command to its end. */
  async tekton(line: string | string[], input = ''): Promise<Ending> {
    const { process: child, ended } = this.start(line);
    child.stdin.end(input);
    return ended;
  }

  /** Starts the built command; its standard input stays open. */
  start(line: string | string[]): RunningCommand {
    if (!existsSync(MAIN)) throw new Error('cli/dist is missing: run `npm run build:client` first');
    const words = typeof line === 'string' ? line.split(' ') : line;
    const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: this.folder, ...this.environment };
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: this.folder, env });
    // One that has ended takes no more input.
    child.stdin.on('error', () => undefined);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const ended = once(child, 'close').then(([code]) => {
      process.off('exit', kill);
      return { code: code as number | null, stdout, stderr };
    });
    return { process: child, stdout: () => stdout, stderr: () => stderr, ended };
  }
}

/** A URL of the API as the tests know it, as the command wants it. */
export function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/api\/v1$/, '');
}
