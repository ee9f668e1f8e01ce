import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';

const BACKLOG = 'tekton_outbox_backlog';
const BACKLOG_AGE = 'tekton_outbox_oldest_seconds';
const NATS_CONNECTED = 'tekton_nats_connected';
const NATS_RECONNECTS = 'tekton_nats_reconnects';
const POOL = 'tekton_database_pool_connections';
const POOL_WAITING = 'tekton_database_pool_waiting';
const TENANTS = 'tekton_tenants';
const TENANT_LIST_AGE = 'tekton_tenant_list_age_seconds';
const RELAY_ACTIVE = 'tekton_relay_active';

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
    @InjectMetric(RELAY_ACTIVE) readonly relayActive: Gauge,
  ) {}
}

export const sampledGaugesProviders = [
  makeGaugeProvider({
    name: BACKLOG,
    help: 'Notifications that NATS has not confirmed yet, of the whole cluster; no figure while the database does not answer',
  }),
  makeGaugeProvider({
    name: BACKLOG_AGE,
    help: 'Age of the oldest of them in seconds; no figure while the database does not answer',
  }),
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
  makeGaugeProvider({
    name: RELAY_ACTIVE,
    help: '1 on the replica that relays notifications: it holds the lease, as far as it knows',
  }),
  SampledGauges,
];
