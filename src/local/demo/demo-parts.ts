import { join } from 'node:path';
import { childEnvironment } from '../environment.js';
import type { DevelopmentIssuers } from '../development-issuer.js';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { chooseCacheFolder, findNatsServer } from '../find-nats-server.js';
import { LocalError } from '../local-error.js';
import type { RunningPart } from '../local-parts.js';
import { startNatsServer, type NatsServer } from '../nats-server.js';
import { startDevelopmentIssuers } from '../start-development-issuers.js';
import { TektonServer } from '../tekton-server.js';

/** What {@link DemoParts.start} needs. */
export interface DemoPartsOptions {
  projectRoot: string;
  /** Holds all data and logs. */
  folder: string;
  /** Takes each part as soon as it runs, so that it is stopped even if a later one fails. */
  started: (part: RunningPart) => void;
  report: (line: string) => void;
  signal: AbortSignal;
}

/** PostgreSQL, NATS, issuers and Tekton; two of them can be taken away and brought back. */
export class DemoParts {
  /** Undefined while it is away. */
  private nats: NatsServer | undefined;
  private natsPort: number | undefined;
  private server: TektonServer | undefined;
  private tektonStarts = 0;

  private constructor(
    private readonly options: DemoPartsOptions,
    private readonly natsBinary: string,
    readonly issuers: DevelopmentIssuers,
    /** Of Tekton. */
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(options: DemoPartsOptions): Promise<DemoParts> {
    const { folder, projectRoot, report, signal, started } = options;
    const cacheFolder = chooseCacheFolder(process.env, folder);
    const natsBinary = await findNatsServer({ cacheFolder, report, signal });
    const env = childEnvironment();
    const postgres = await startEmbeddedPostgres({
      dataFolder: folder,
      // It all goes at the end: a power cut needs not be survived.
      settings: { fsync: 'off', synchronous_commit: 'off' },
      signal,
    });
    started({ name: 'PostgreSQL', stop: () => postgres.stop() });
    Object.assign(env, {
      DATABASE_URL: postgres.url,
      DEVELOPMENT_ISSUER_PORT: '0',
      LOGGING_FORMAT: 'json',
      PORT: '0',
      MANAGEMENT_PORT: '0',
      TEKTON_CONFIG_FILE: join(projectRoot, 'config', 'service-config.yml'),
    });
    const issuers = await startDevelopmentIssuers({ env, started });
    const parts = new DemoParts(options, natsBinary, issuers, env);
    started({ name: 'nats-server', stop: () => parts.takeNatsAway() });
    await parts.startNats();
    started({ name: 'Tekton', stop: () => parts.stopTekton() });
    await parts.startTekton();
    return parts;
  }

  get natsUrl(): string {
    return `nats://127.0.0.1:${required(this.natsPort)}`;
  }

  /** Of the API, without `/api/v1`. */
  get tektonUrl(): string {
    return required(this.server).url;
  }

  get tektonPid(): number {
    return required(this.server).pid;
  }

  /** At the same port if it ran before. */
  async startNats(): Promise<void> {
    const { folder, signal } = this.options;
    const stateFolder = join(folder, 'nats');
    const port = this.natsPort;
    this.nats = await startNatsServer({
      binary: this.natsBinary,
      stateFolder,
      ...(port !== undefined && { port }),
      signal,
    });
    this.natsPort = this.nats.port;
  }

  /** Without a word to those who are connected, as a crash does it. */
  async takeNatsAway(): Promise<void> {
    const { nats } = this;
    this.nats = undefined;
    await nats?.kill();
  }

  /** At the same port if it ran before. */
  async startTekton(): Promise<void> {
    const { projectRoot, folder, signal } = this.options;
    const { env } = this;
    if (this.server !== undefined) env.PORT = new URL(this.server.url).port;
    const logFile = join(folder, `tekton-${++this.tektonStarts}.log`);
    this.server = await TektonServer.start({
      projectRoot,
      env: { ...env, NATS_URL: this.natsUrl },
      logFile,
      signal,
    });
  }

  async stopTekton(): Promise<void> {
    await this.server?.stop();
  }
}

function required<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new LocalError('A part of the demo was used before it ran.');
  return part;
}
