import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../src/local/free-port.js';
import { requireOwnFolder } from '../../src/local/own-folder.js';
import { findPostgresBinaries } from '../../src/local/postgres-binaries.js';
import { waitUntilAnswering } from '../../src/local/postgres-client.js';
import { CLUSTER_USER, requireCluster } from '../../src/local/postgres-cluster.js';
import {
  launchPostmaster,
  type LaunchedPostmaster,
  type ServerPlace,
} from '../../src/local/postmaster.js';
import { whenProcessEnds } from '../../src/local/process-end.js';
import { findDatabaseUser } from '../../src/local/system-user.js';

const START_TIMEOUT_MS = 120_000;

/** It outlives no power cut, but every kill: what is committed has been handed to the kernel. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'on', max_connections: '200' };

/** A PostgreSQL that a proof has for itself, to be killed and started again at the same port. */
export class OwnPostgres {
  private server: LaunchedPostmaster | undefined;
  private readonly forget = whenProcessEnds(() => {
    this.signal('SIGQUIT');
  });

  private constructor(
    private readonly folder: string,
    private readonly place: ServerPlace,
    private readonly password: string,
    readonly port: number,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'tekton-own-postgres-'));
    const user = findDatabaseUser();
    requireOwnFolder(folder, user !== undefined);
    const binaries = await findPostgresBinaries(folder, user);
    const { dataDirectory, password } = await requireCluster({
      dataFolder: folder,
      binaries,
      user,
      durable: false,
      report: () => undefined,
      signal: undefined,
    });
    const place = { dataDirectory, binaries, user, logFile: join(folder, 'postgres.log') };
    const postgres = new OwnPostgres(folder, place, password, await findFreePort());
    await postgres.startAgain();
    return postgres;
  }

  /** Of a database that is empty at first. */
  get url(): string {
    return `postgres://${CLUSTER_USER}:${this.password}@127.0.0.1:${this.port}/postgres`;
  }

  async startAgain(): Promise<void> {
    const address = { port: this.port, user: CLUSTER_USER, password: this.password };
    // Processes of a killed server may still be ending, which keeps the next one from starting.
    for (;;) {
      const server = launchPostmaster(this.place, this.port, SETTINGS);
      this.server = server;
      const isRunning = () => server.isRunning();
      if (await waitUntilAnswering(address, isRunning, START_TIMEOUT_MS, undefined)) return;
      await sleep(200);
    }
  }

  /** Kills it without a chance to do anything more; it recovers when it is started again. */
  async kill(): Promise<void> {
    await this.endBy('SIGKILL');
  }

  /** Ends it at once, as an operator does in need; it recovers when it is started again. */
  async endAtOnce(): Promise<void> {
    await this.endBy('SIGQUIT');
  }

  /** Ends it in order: connections are cut, and data written. */
  async end(): Promise<void> {
    await this.server?.end();
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.end();
    this.forget();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async endBy(signal: NodeJS.Signals): Promise<void> {
    this.signal(signal);
    while (this.server?.isRunning() === true) await sleep(10);
  }

  private signal(signal: NodeJS.Signals): void {
    const { server } = this;
    if (server?.isRunning() === true && server.pid > 0) process.kill(server.pid, signal);
  }
}
