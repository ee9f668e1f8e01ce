import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { NatsConnection } from '../nats/nats-connection.js';
import { RelayRunner } from '../scmp/relay-runner.js';
import { Tenants } from '../tenancy/tenants.js';
import { SampledGauges } from './sampled-gauges.js';

/** What this replica knows of itself, without asking anybody. */
@Injectable()
export class OwnState {
  constructor(
    private readonly database: Database,
    private readonly nats: NatsConnection,
    private readonly tenants: Tenants,
    private readonly relay: RelayRunner,
    private readonly gauges: SampledGauges,
  ) {}

  sample(): void {
    const { gauges, nats, tenants } = this;
    const { total, idle, waiting } = this.database.poolUse;
    gauges.pool.set({ state: 'idle' }, idle);
    gauges.pool.set({ state: 'busy' }, total - idle);
    gauges.poolWaiting.set(waiting);
    gauges.natsConnected.set(nats.isConnected ? 1 : 0);
    gauges.natsReconnects.set(nats.reconnects);
    gauges.tenants.set(tenants.all.length);
    gauges.tenantListAge.set(tenants.listAgeSeconds);
    gauges.relayActive.set(this.relay.isActive ? 1 : 0);
  }
}
