import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/local/embedded-postgres.js';
import { childEnvironment } from '../src/local/environment.js';
import { chooseCacheFolder, findNatsServer } from '../src/local/find-nats-server.js';
import { startNatsServer } from '../src/local/nats-server.js';
import type { Run } from '../src/local/run-to-end.js';
import { makeRunFolder } from '../src/local/run-folder.js';
import { startDevelopmentIssuers } from '../src/local/start-development-issuers.js';
import { firstDocuments } from './documents.js';
import { Bare, type BareCredentials } from './systems/bare.js';
import { createDatabase } from './systems/database.js';
import { Etcd } from './systems/etcd.js';
import type { System, SystemContext, SystemName } from './systems/system.js';
import { BENCH_TENANT, Tekton } from './systems/tekton.js';
import { Unleash } from './systems/unleash.js';

/** Configurations that every system has. */
export const CONFIGURATIONS = 1000;

const AUDIENCE = 'tekton';

/** PostgreSQL, NATS, issuers, and the systems that are measured: each started when it is first needed. */
export class Lab {
  private readonly systems = new Map<SystemName, Promise<System | undefined>>();
  /** Undefined: all of them. */
  private measured: readonly SystemName[] | undefined;

  private constructor(
    readonly context: SystemContext,
    private readonly credentials: BareCredentials,
    /** Of a Tekton, apart from its database. */
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * @param projectRoot the folder with Tekton's package.json
   * @param report takes a line about what takes long
   */
  static async open(
    projectRoot: string,
    { started, signal }: Run,
    report: (line: string) => void,
  ): Promise<Lab> {
    const { path: folder, remove } = makeRunFolder('tekton-bench-');
    started({ name: 'the folder of the bench', stop: remove });
    report('Starting PostgreSQL, nats-server and an issuer of tokens');
    const cacheFolder = chooseCacheFolder(process.env, folder);
    const binary = await findNatsServer({ cacheFolder, report, signal });
    // With all that makes it durable, as in production.
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, signal });
    started({ name: 'PostgreSQL', stop: () => postgres.stop() });
    const nats = await startNatsServer({ binary, stateFolder: join(folder, 'nats'), signal });
    started({ name: 'nats-server', stop: () => nats.stop() });
    const env: NodeJS.ProcessEnv = {
      ...childEnvironment(),
      NODE_ENV: 'production',
      NATS_URL: nats.url,
      DEVELOPMENT_ISSUER_PORT: '0',
      LOGGING_FORMAT: 'json',
      PORT: '0',
      MANAGEMENT_PORT: '0',
      TEKTON_CONFIG_FILE: join(projectRoot, 'bench', 'service-config.yml'),
    };
    const issuers = await startDevelopmentIssuers({ env, started });
    const credentials = {
      issuer: issuers.issuerOf(BENCH_TENANT),
      audience: AUDIENCE,
      token: await issuers.token(BENCH_TENANT, 'service'),
    };
    const context = {
      folder,
      projectRoot,
      postgresUrl: postgres.url,
      natsUrl: nats.url,
      started,
      report,
      signal,
    };
    return new Lab(context, credentials, env);
  }

  /** Started and filled; undefined if it is not installed. */
  system(name: SystemName): Promise<System | undefined> {
    const known = this.systems.get(name);
    if (known !== undefined) return known;
    const system = this.startFilled(name);
    this.systems.set(name, system);
    return system;
  }

  /** Undefined if it is not installed, or was not needed yet. */
  started(name: SystemName): Promise<System | undefined> | undefined {
    return this.systems.get(name);
  }

  /** Has Tekton, which is measured alone, leave a CPU profile in a folder when it stops. */
  async profiled(folder: string): Promise<Tekton> {
    const databaseUrl = await this.filledDatabase('measured');
    const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const tekton = await this.startTekton(databaseUrl, { nodeArguments });
    this.systems.set('tekton', Promise.resolve(tekton));
    this.measured = ['tekton'];
    return tekton;
  }

  /** Those of the given names that are installed and measured. */
  async present(...names: SystemName[]): Promise<System[]> {
    const systems: System[] = [];
    for (const name of names) {
      if (this.measured?.includes(name) === false) continue;
      const system = await this.system(name);
      if (system !== undefined) systems.push(system);
    }
    return systems;
  }

  async tekton(): Promise<Tekton> {
    return (await this.system('tekton')) as Tekton;
  }

  /** A database with the configurations in it that every system has, and nothing that uses it. */
  async filledDatabase(name: string): Promise<string> {
    const databaseUrl = await createDatabase(this.context.postgresUrl, name);
    const tekton = await this.startTekton(databaseUrl);
    await tekton.fill(firstDocuments(CONFIGURATIONS));
    await tekton.stop();
    return databaseUrl;
  }

  /**
   * A Tekton beside all others.
   * @param env over what every Tekton is given
   */
  startTekton(
    databaseUrl: string,
    options: { nodeArguments?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<Tekton> {
    const { nodeArguments = [], env } = options;
    return Tekton.start(this.context, {
      env: { ...this.env, DATABASE_URL: databaseUrl, ...env },
      token: this.credentials.token,
      nodeArguments,
    });
  }

  /** A bare server beside all others. */
  startBare(database: string): Promise<Bare> {
    return Bare.start(this.context, this.credentials, database);
  }

  private async startFilled(name: SystemName): Promise<System | undefined> {
    this.context.report(`Starting ${name}, with ${CONFIGURATIONS} configurations`);
    const system = await this.start(name);
    await system?.fill(firstDocuments(CONFIGURATIONS));
    return system;
  }

  private async start(name: SystemName): Promise<System | undefined> {
    switch (name) {
      case 'tekton':
        return this.startTekton(await createDatabase(this.context.postgresUrl, 'measured'));
      case 'bare':
        return this.startBare('bare');
      case 'etcd':
        return Etcd.start(this.context);
      case 'unleash':
        return Unleash.start(this.context);
    }
  }
}
