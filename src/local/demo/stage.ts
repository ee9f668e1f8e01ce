import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningPart } from '../local-parts.js';
import { DEVELOPMENT_TENANTS } from '../development-tenants.js';
import { SYSTEM_TENANT } from '../../tenancy/tenant.js';
import { Dashboard } from './dashboard.js';
import { childEnvironment } from '../environment.js';
import type { DemoParts } from './demo-parts.js';
import type { Display } from './display.js';
import { ReplicaProcess } from './replica-process.js';

/** What {@link Stage} is made of. */
export interface StageOptions {
  projectRoot: string;
  folder: string;
  parts: DemoParts;
  display: Display;
  /** Takes each replica as soon as it runs. */
  started: (part: RunningPart) => void;
  signal: AbortSignal;
}

/** The client of {@link SYSTEM_TENANT} that services of the platform are. */
const SERVICE_CLIENT = 'service';

/** What people need for a few lines, and for one or two. */
const READING_TIME = 2000;
const LOOKING_TIME = 500;

/** Those who play: two dashboards that change things, and the replicas that follow. */
export class Stage {
  readonly parts: DemoParts;
  readonly display: Display;
  readonly signal: AbortSignal;
  readonly replicas = new Map<string, ReplicaProcess>();
  /** Of all changes that were shown: milliseconds until a replica had it, and how it learned of it. */
  readonly arrivals: { after: number; how: string }[] = [];

  private constructor(
    private readonly options: StageOptions,
    readonly acme: Dashboard,
    readonly globex: Dashboard,
    /** Reads the configurations of all tenants. */
    readonly platform: Dashboard,
  ) {
    ({ parts: this.parts, display: this.display, signal: this.signal } = options);
  }

  static async set(options: StageOptions): Promise<Stage> {
    const { parts, signal } = options;
    const dashboard = async (tenantId: string, clientId: string) => {
      const token = await parts.issuers.token(tenantId, clientId);
      return new Dashboard(tenantId, parts.tektonUrl, token, signal);
    };
    return new Stage(
      options,
      await dashboard('acme', 'dashboard'),
      await dashboard('globex', 'dashboard'),
      await dashboard(SYSTEM_TENANT, SERVICE_CLIENT),
    );
  }

  /** Begins the next part of the story. */
  async act(title: string, about: string): Promise<void> {
    this.display.act(title, about);
    await this.pause(READING_TIME);
  }

  /** Waits some milliseconds where somebody reads along. */
  async pause(time = LOOKING_TIME): Promise<void> {
    if (this.display.isWatched) await sleep(time, undefined, { signal: this.signal });
  }

  /** Starts a replica, in place of one of the same name that has ended. */
  startReplica(name: string, serviceInstanceName: string): ReplicaProcess {
    const { projectRoot, folder, started } = this.options;
    const { parts, signal } = this;
    const clients = DEVELOPMENT_TENANTS.find(({ id }) => id === SYSTEM_TENANT)?.clients ?? [];
    const secret = clients.find(({ clientId }) => clientId === SERVICE_CLIENT)?.clientSecret;
    const replica = new ReplicaProcess({
      projectRoot,
      name,
      serviceInstanceName,
      env: {
        ...childEnvironment(),
        TEKTON_URL: parts.tektonUrl,
        NATS_URL: parts.natsUrl,
        TOKEN_ISSUER: parts.issuers.issuerOf(SYSTEM_TENANT),
        CLIENT_ID: SERVICE_CLIENT,
        CLIENT_SECRET: secret,
        SNAPSHOT_FILE: join(folder, `${name}.json`),
        LOG_FORMAT: 'json',
        // So that nobody has to wait long for what happens while Tekton is away.
        LIMITS: JSON.stringify({ startTimeout: 1000, retryLast: 2000 }),
      },
      signal,
    });
    this.replicas.set(name, replica);
    started({ name, stop: () => replica.stop() });
    return replica;
  }

  replica(name: string): ReplicaProcess {
    const replica = this.replicas.get(name);
    if (replica === undefined) throw new Error(`There is no replica ${name}`);
    return replica;
  }

  replicasOf(serviceInstanceName: string): ReplicaProcess[] {
    return [...this.replicas.values()].filter(
      (replica) => replica.serviceInstanceName === serviceInstanceName,
    );
  }
}
