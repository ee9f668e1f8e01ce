import {
  TektonClient,
  type ConfigurationChange,
  type Limits,
  type TektonClientEvents,
  type TektonClientOptions,
} from 'tekton-client';
import { expect, vi } from 'vitest';
import { summarise } from '../support/subscriber.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

type EventName = keyof TektonClientEvents;
const EVENTS: readonly EventName[] = [
  'upsert',
  'delete',
  'refused',
  'notification',
  'loaded',
  'snapshot',
  'caughtUp',
  'connected',
  'disconnected',
  'problem',
];

/** Nothing has to be waited for that a test does not mean to wait for. */
export const FAST: Partial<Limits> = {
  jitter: 5,
  retryFirst: 20,
  retryLast: 200,
  requestTimeout: 3000,
  snapshotInterval: 20,
};

/** A client that keeps what it tells. */
export class WatchedClient {
  readonly client: TektonClient;
  told: { [Name in EventName]?: TektonClientEvents[Name][0][] } = {};

  constructor(options: TektonClientOptions) {
    this.client = new TektonClient({ ...options, limits: { ...FAST, ...options.limits } });
    for (const name of EVENTS) {
      this.client.on(name, (...values: unknown[]) => {
        ((this.told[name] ??= []) as unknown[]).push(values[0]);
      });
    }
  }

  /** All of that event so far. */
  all<Name extends EventName>(name: Name): TektonClientEvents[Name][0][] {
    return this.told[name] ?? [];
  }

  /** Everything that has changed so far, as `upsert application smart 2`. */
  changes(): string[] {
    return [...this.all('upsert'), ...this.all('delete')].map(textOf);
  }

  /** Resolves once NATS is there and nothing is left to read. */
  async settled(): Promise<void> {
    await expect
      .poll(() => this.client.status)
      .toMatchObject({ natsConnected: true, pending: 0, source: 'tekton' });
    await expect.poll(() => this.all('caughtUp').length).toBeGreaterThan(0);
  }

  /** The value of a metric of the client. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const metrics = await this.client.registry.getMetricsAsJSON();
    const values = metrics.find((metric) => metric.name === `tekton_client_${name}`)?.values ?? [];
    return values
      .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }
}

/** A change in one line. */
export function textOf({ type, address, revision }: ConfigurationChange): string {
  const name =
    address.level === 'appversion'
      ? address.appVersionName
      : address.level === 'application'
        ? address.appName
        : address.tenantId;
  return `${type} ${address.level} ${name} ${String(revision)}`;
}

/** The options of a client of the instance `epts` of that Tekton. */
export function optionsFor(
  { tekton, nats }: Pick<TestTekton, 'tekton' | 'nats'>,
  options: Partial<TektonClientOptions> = {},
): TektonClientOptions {
  return {
    url: tekton.restUrl,
    nats: nats.url,
    serviceInstanceName: 'epts',
    ...options,
  };
}

/** A Tekton with clients of it, all of which end together. */
export class ClientTest {
  readonly clients: WatchedClient[] = [];

  private constructor(readonly test: TestTekton) {}

  static async start(environment: Record<string, string> = {}): Promise<ClientTest> {
    return new ClientTest(await startTestTekton(environment));
  }

  /** A client that is not started yet. */
  client(options: Partial<TektonClientOptions> = {}): WatchedClient {
    const client = new WatchedClient(optionsFor(this.test, options));
    this.clients.push(client);
    return client;
  }

  /** A client that has loaded everything and listens. */
  async started(options: Partial<TektonClientOptions> = {}): Promise<WatchedClient> {
    const client = this.client(options);
    await client.client.start();
    await client.settled();
    return client;
  }

  /**
   * Makes an application with one version, and a configuration of `epts` for each. All of it has
   * been told when this is done: no message of it reaches a client that starts then.
   */
  async addApplication(name: string): Promise<void> {
    const { rest, subscriber } = this.test;
    await rest.post('/applications', { name });
    await rest.post(`/applications/${name}/app-versions`, { suffix: 'v1' });
    await this.put(`/applications/${name}`, { autoExtraction: true });
    await this.put(`/applications/${name}/app-versions/${name}-v1`, { path: '/1' });
    const last = `targeted upsert epts: kaa ${name} ${name}-v1 r1`;
    await vi.waitUntil(() => subscriber.all.some((message) => summarise(message) === last), {
      timeout: 10_000,
    });
  }

  /** Puts a configuration of `epts`. */
  async put(path: string, document: unknown, instance = 'epts'): Promise<void> {
    const answer = await this.test.rest.put(
      `/app-configs${path}?serviceInstanceName=${instance}`,
      document,
    );
    expect(answer.status, answer.text).toBeLessThan(300);
  }

  /** Ends the clients, and begins anew without them. */
  async closeClients(): Promise<void> {
    await Promise.all(this.clients.splice(0).map(({ client }) => client.close()));
  }

  async stop(): Promise<void> {
    await this.closeClients();
    await this.test.stop();
  }
}
