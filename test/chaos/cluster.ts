import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { Subscriber } from '../support/subscriber.js';
import { testEnvironment } from '../support/test-environment.js';
import { startTestNats } from '../support/test-nats.js';
import { pick } from './chance.js';
import { Replica } from './replica.js';

export interface ClusterOptions {
  /** Default 3. */
  replicas?: number;
  /** Whether each replica reaches PostgreSQL and NATS through gates of its own; default false. */
  gated?: boolean;
  /** Default: a new one on the PostgreSQL that tests share. */
  databaseUrl?: string;
  /** Over the settings of the tests. */
  environment?: Record<string, string>;
}

/** Several replicas before one database and one NATS server, with one who listens. */
export class Cluster {
  private constructor(
    readonly replicas: readonly Replica[],
    /** Past all gates. */
    readonly databaseUrl: string,
    readonly subscriber: Subscriber,
    private nats: Awaited<ReturnType<typeof startTestNats>>,
  ) {}

  /** Resolves once all replicas serve. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const { replicas: count = 3, gated = false, environment = {} } = options;
    const databaseUrl = options.databaseUrl ?? (await createDatabase(inject('postgresUrl')));
    const nats = await startTestNats();
    const subscriber = await Subscriber.connect(nats.nats.url);
    const replicas: Replica[] = [];
    for (let number = 0; number < count; number++) {
      const toDatabase = gated ? await openGate(Number(new URL(databaseUrl).port)) : undefined;
      const toNats = gated ? await openGate(nats.nats.port) : undefined;
      const environmentOf = (replicaId: string) =>
        testEnvironment(
          through(databaseUrl, toDatabase),
          through(nats.nats.url, toNats),
          // Its readiness is told at this level.
          { LOG_LEVEL: 'info', SERVICE_INSTANCE_REPLICA_ID: replicaId, ...environment },
        );
      replicas.push(new Replica(`replica-${number}`, environmentOf, toDatabase, toNats));
    }
    const cluster = new Cluster(replicas, databaseUrl, subscriber, nats);
    await Promise.all(replicas.map((replica) => replica.start()));
    return cluster;
  }

  /** Those that can be expected to answer. */
  get serving(): Replica[] {
    return this.replicas.filter(({ isServing }) => isServing);
  }

  /** Any that serves, once there is one. */
  async anyServing(): Promise<Replica> {
    await this.untilServing(1);
    return pick(this.serving);
  }

  async untilServing(count: number): Promise<void> {
    while (this.serving.length < count) await sleep(10);
  }

  /** The replica that holds the relay's lease, as far as it still runs under that ID. */
  async relayHolder(): Promise<Replica | undefined> {
    const [lease] = await this.query<{ holder: string }>('SELECT holder FROM relay_lease');
    return this.replicas.find(({ id }) => id === lease?.holder);
  }

  /** The replica that relays, once one does for which that holds. */
  async untilRelayed(by: (holder: Replica) => boolean = () => true): Promise<Replica> {
    for (;;) {
      const holder = await this.relayHolder();
      if (holder && by(holder)) return holder;
      await sleep(20);
    }
  }

  /** Asks the database itself, past all replicas and gates. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async killNats(): Promise<void> {
    await this.nats.nats.kill();
  }

  /** At the port where it was before. */
  async startNatsAgain(): Promise<void> {
    this.nats = await startTestNats(this.nats.nats.port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.end()));
    await this.subscriber.close();
    await this.nats.stop();
  }
}

async function openGate(targetPort: number): Promise<Gate> {
  const gate = await Gate.before(targetPort);
  gate.open();
  return gate;
}

function through(url: string, gate: Gate | undefined): string {
  if (!gate) return url;
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(gate.port);
  return changed.href;
}
