import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect } from 'vitest';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { withDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { bearing, type TestTenant } from '../support/secure-tekton.js';
import { summarise } from '../support/subscriber.js';
import { tenantEventBytes, type ToldEvent } from '../support/tenant-event-bytes.js';
import { testEnvironment } from '../support/test-tekton.js';
import { startManagedTekton, type ManagedOptions, type ManagedTekton } from './managed-tekton.js';

const OWNER = {
  scope: 'tenant:application:create application:read application:update application:delete',
};
const PLATFORM = {
  scope: [
    'kaa:application:create kaa:application:read kaa:application:update',
    'kaa:tenant:configuration:read',
  ].join(' '),
};
export const CMX = 'serviceInstanceName=cmx';

/** Everything that can be had of a tenant. */
export interface Data {
  applications: number;
  appVersions: number;
  configurations: number;
  revisions: number;
  /** Of those that are kept for who was away, whatever tells that all was deleted. */
  notifications: number;
}

export const NOTHING: Data = {
  applications: 0,
  appVersions: 0,
  configurations: 0,
  revisions: 0,
  notifications: 0,
};

/** A Tekton that removes the data of tenants, and what a test needs to see it do so. */
export class RemovalStage {
  /** With all platform-wide scopes. */
  platform!: RestClient;
  private readonly others: RunningTekton[] = [];
  private first: Promise<void> | undefined;

  private constructor(
    readonly test: ManagedTekton,
    private readonly nats: NatsConnection,
    private readonly removal: string,
  ) {}

  static async start(removal = 'delete', options: ManagedOptions = {}): Promise<RemovalStage> {
    const test = await startManagedTekton({
      ...options,
      environment: (issuers, manager) => ({
        KAA_TEKTON_TENANT_REMOVAL: removal,
        ...options.environment?.(issuers, manager),
      }),
    });
    const nats = await connect({ servers: test.nats.url });
    const stage = new RemovalStage(test, nats, removal);
    stage.platform = await stage.as('kaa', PLATFORM);
    await expect.poll(() => test.statusOf('globex')).toBe(200);
    return stage;
  }

  async stop(): Promise<void> {
    await this.nats.close();
    for (const other of this.others) await other.stop();
    await this.test.stop();
  }

  /** Leaves the rest to replicas that are processes of their own. */
  stopFirst(): Promise<void> {
    const { tekton } = this.test;
    const stop = tekton.stop.bind(tekton);
    tekton.stop = () => (this.first ??= stop());
    return tekton.stop();
  }

  async as(tenantId: TestTenant, claims: Record<string, unknown> = OWNER): Promise<RestClient> {
    return bearing(this.test.rest, await this.test.issuers.sign(tenantId, claims));
  }

  /** Settings of another replica of it. */
  environment(): Record<string, string> {
    const { databaseUrl, nats, manager } = this.test;
    return testEnvironment(databaseUrl, nats.url, {
      KAA_TEKTON_TENANT_REMOVAL: this.removal,
      KAA_SECURITY_ENABLED: 'true',
      KAA_TENANT_MANAGER_URL: manager.url,
      KAA_TENANT_MANAGER_TIMEOUT: '1',
      KAA_TENANCY_REFRESH_INTERVAL: '1',
    });
  }

  /** Another replica, in this process. */
  async startAnother(): Promise<RestClient> {
    const other = await startTekton(this.environment());
    this.others.push(other);
    await other.ready;
    return new RestClient(`${other.restUrl}/api/v1`);
  }

  /** Has a tenant an application with a version, and everything configured twice. */
  async fill(tenantId: TestTenant, appName: string): Promise<void> {
    const owner = await this.as(tenantId);
    const path = `/app-configs/applications/${appName}`;
    const answers = [
      await owner.post('/applications', { name: appName }),
      await owner.post(`/applications/${appName}/app-versions`, { suffix: 'v1' }),
    ];
    for (const n of [1, 2]) {
      const document = { of: tenantId, n };
      for (const at of [`${path}?`, `${path}/app-versions/${appName}-v1?`]) {
        answers.push(await owner.put(`${at}${CMX}`, document));
      }
      answers.push(
        await this.platform.put(`/tenant-configs?tenantId=${tenantId}&${CMX}`, document),
      );
    }
    expect(new Set(answers.map(({ status }) => Math.floor(status / 100)))).toEqual(new Set([2]));
  }

  async tell(event: 'updated' | 'unregistered', told: string | ToldEvent): Promise<void> {
    const payload = tenantEventBytes(typeof told === 'string' ? { tenantId: told } : told);
    this.nats.publish(`kaa.v1.events.tm-1.tenant.lifecycle.${event}`, payload);
    await this.nats.flush();
  }

  /** Has a tenant no more; nobody is told. */
  unlist(...tenantIds: string[]): void {
    const { manager } = this.test;
    manager.tenants = manager.tenants.filter(({ id }) => !tenantIds.includes(id));
  }

  /** Has Tekton look at what is to be removed: a tenant that nobody knows is unregistered. */
  look(): Promise<void> {
    return this.tell('unregistered', 'nobody');
  }

  sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { databaseUrl } = this.test;
    return withDatabase(databaseUrl, new URL(databaseUrl).pathname.slice(1), async (client) => {
      const { rows } = await client.query(text, values);
      return rows as Row[];
    });
  }

  async dataOf(tenantId: string): Promise<Data> {
    const [row] = await this.sql<Data>(
      `SELECT (SELECT count(*)::int FROM applications WHERE tenant_id = $1) AS applications,
        (SELECT count(*)::int FROM app_versions v JOIN applications a ON a.id = v.application_id
          WHERE a.tenant_id = $1) AS "appVersions",
        (SELECT count(*)::int FROM configurations
          WHERE tenant_id = $1 AND document IS NOT NULL) AS configurations,
        (SELECT count(*)::int FROM configuration_revisions WHERE tenant_id = $1) AS revisions,
        (SELECT count(*)::int FROM outbox
          WHERE tenant_id = $1 AND (app_name IS NOT NULL OR service_instance_name IS NOT NULL)
        ) AS notifications`,
      [tenantId],
    );
    return row ?? NOTHING;
  }

  /** Tenants whose removal is requested. */
  async requested(): Promise<string[]> {
    const rows = await this.sql<{ tenant_id: string }>(
      `SELECT tenant_id FROM tenant_removals WHERE tenant_id <> 'nobody' ORDER BY tenant_id`,
    );
    return rows.map((row) => row.tenant_id);
  }

  /** Makes requests look older. */
  async age(minutes: number): Promise<void> {
    await this.sql(
      `UPDATE tenant_removals SET requested_at = requested_at - make_interval(mins => $1)
       WHERE tenant_id <> 'nobody'`,
      [minutes],
    );
  }

  /** What services were told of data that is deleted as a whole. */
  removalsTold(): string[] {
    return this.test.subscriber.all
      .map(summarise)
      .filter((line) => /^broadcast delete tekton: \S+ - -$/.test(line));
  }
}
