import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

const START_TIMEOUT_MS = 15_000;

/** A real nats-server with a configuration of a test's own, on 127.0.0.1. */
export class ConfiguredNats {
  private constructor(
    private readonly folder: string,
    private server: RunningServer,
  ) {}

  /** @param files beside the configuration, which calls their folder `$FOLDER` */
  static async start(
    configuration: string,
    files: Readonly<Record<string, string>> = {},
  ): Promise<ConfiguredNats> {
    const folder = mkdtempSync(join(tmpdir(), 'tekton-configured-nats-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    configure(folder, configuration);
    return new ConfiguredNats(folder, await launch(folder, -1));
  }

  get port(): number {
    return this.server.port;
  }

  /** What it does when it is started the next time. */
  configure(configuration: string): void {
    configure(this.folder, configuration);
  }

  /** Has it take another configuration over while it runs. */
  reload(configuration: string): void {
    this.configure(configuration);
    this.server.process.kill('SIGHUP');
  }

  /** Ends the server; it can be started again, at the same port. */
  async end(): Promise<void> {
    await end(this.server.process);
  }

  async startAgain(): Promise<void> {
    this.server = await launch(this.folder, this.port);
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface RunningServer {
  process: ChildProcess;
  port: number;
}

function configure(folder: string, configuration: string): void {
  writeFileSync(join(folder, 'nats.conf'), configuration.replaceAll('$FOLDER', folder));
}

/** @param port -1 for a free one */
async function launch(folder: string, port: number): Promise<RunningServer> {
  const args = ['-c', join(folder, 'nats.conf'), '--ports_file_dir', folder];
  const child = spawn(inject('natsServerBinary'), [...args, '-a', '127.0.0.1', '-p', `${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const taken = log.includes('Server is ready') ? portOf(folder, child) : undefined;
    if (taken !== undefined) return { process: child, port: taken };
    await sleep(20);
  }
  await end(child);
  throw new Error(`nats-server did not start:\n${log}`);
}

function portOf(folder: string, { pid }: ChildProcess): number | undefined {
  const file = readdirSync(folder).find((name) => name.endsWith(`_${pid ?? 0}.ports`));
  // Not parsed as JSON, since it may be just half written.
  const content = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  const port = /"(?:nats|tls):\/\/127\.0\.0\.1:(\d+)"/.exec(content)?.[1];
  return port === undefined ? undefined : Number(port);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
