import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import { Database } from '../database/database.js';
import { NatsConnection } from '../nats/nats-connection.js';
import { Backlog } from '../scmp/backlog.js';
import { Tenants } from '../tenancy/tenants.js';

const BACKLOG = 'tekton_outbox_backlog';
const BACKLOG_AGE = 'tekton_outbox_oldest_seconds';
const NATS_CONNECTED = 'tekton_nats_connected';
const NATS_RECONNECTS = 'tekton_nats_reconnects';
const POOL = 'tekton_database_pool_connections';
const POOL_WAITING = 'tekton_database_pool_waiting';
const TENANTS = 'tekton_tenants';
const TENANT_LIST_AGE = 'tekton_tenant_list_age_seconds';

@Injectable()
export class SampledGauges {
  constructor(
    @InjectMetric(BACKLOG) readonly backlog: Gauge,
    @InjectMetric(BACKLOG_AGE) readonly backlogAge: Gauge,
    @InjectMetric(NATS_CONNECTED) readonly natsConnected: Gauge,
    @InjectMetric(NATS_RECONNECTS) readonly natsReconnects: Gauge,
    @InjectMetric(POOL) readonly pool: Gauge,
    @InjectMetric(POOL_WAITING) readonly poolWaiting: Gauge,
    @InjectMetric(TENANTS) readonly tenants: Gauge,
    @InjectMetric(TENANT_LIST_AGE) readonly tenantListAge: Gauge,
  ) {}
}

/** Figures that are looked up when metrics are read, rather than counted as they come. */
@Injectable()
export class MetricsSampler {
  constructor(
    private readonly database: Database,
    private readonly nats: NatsConnection,
    private readonly backlog: Backlog,
    private readonly tenants: Tenants,
    private readonly gauges: SampledGauges,
  ) {}

  async sample(): Promise<void> {
    const { gauges, nats } = this;
    const { total, idle, waiting } = this.database.poolUse;
    gauges.pool.set({ state: 'idle' }, idle);
    gauges.pool.set({ state: 'busy' }, total - idle);
    gauges.poolWaiting.set(waiting);
    gauges.natsConnected.set(nats.isConnected ? 1 : 0);
    gauges.natsReconnects.set(nats.reconnects);
    gauges.tenants.set(this.tenants.all.length);
    gauges.tenantListAge.set(this.tenants.listAgeSeconds);
    try {
      const { entries, oldestSeconds } = await this.backlog.measure();
      gauges.backlog.set(entries);
      gauges.backlogAge.set(oldestSeconds);
    } catch {
      // Not known while the database is away: no figure rather than an old one.
      gauges.backlog.reset();
      gauges.backlogAge.reset();
    }
  }
}

export const SAMPLER_PROVIDERS = [
  makeGaugeProvider({ name: BACKLOG, help: 'Notifications that NATS has not confirmed yet' }),
  makeGaugeProvider({ name: BACKLOG_AGE, help: 'Age of the oldest of them in seconds' }),
  makeGaugeProvider({ name: NATS_CONNECTED, help: '1 while NATS is connected' }),
  makeGaugeProvider({ name: NATS_RECONNECTS, help: 'Times that NATS was connected anew' }),
  makeGaugeProvider({
    name: POOL,
    help: 'Connections of the database pool, by state',
    labelNames: ['state'],
  }),
  makeGaugeProvider({ name: POOL_WAITING, help: 'Calls that wait for a database connection' }),
  makeGaugeProvider({ name: TENANTS, help: 'Tenants that are served' }),
  makeGaugeProvider({
    name: TENANT_LIST_AGE,
    help: 'Seconds since the Tenant Manager has given its list; 0 where the settings list the tenants',
  }),
  SampledGauges,
  MetricsSampler,
];
