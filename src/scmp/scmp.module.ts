import { Inject, Module } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Signals } from '../database/signals.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { NatsConnection } from '../nats/nats-connection.js';
import { NatsModule } from '../nats/nats.module.js';
import { Outbox } from '../outbox/outbox.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Backlog } from './backlog.js';
import { RELAY_METRIC_PROVIDERS, RelayMetrics } from './relay-metrics.js';
import { RelayLease } from './relay-lease.js';
import { RelayRunner } from './relay-runner.js';
import { Relay } from './relay.js';
import { subjectOf, type Provider } from './scmp-message.js';

function createRunner(
  database: Database,
  signals: Signals,
  backlog: Backlog,
  nats: NatsConnection,
  outbox: Outbox,
  metrics: RelayMetrics,
  settings: Settings,
  logger: Logger,
): RelayRunner {
  const provider = providerOf(settings);
  const lease = new RelayLease(database, provider.replicaId);
  const relaySettings = {
    provider,
    pollIntervalMs: settings['outbox.poll-interval'],
    batchSize: settings['outbox.batch-size'],
  };
  const relay = new Relay(lease, backlog, nats, metrics, relaySettings, logger);
  return new RelayRunner(relay, lease, signals, outbox, nats);
}

@Module({
  imports: [NatsModule, OutboxModule],
  providers: [
    ...RELAY_METRIC_PROVIDERS,
    Backlog,
    {
      provide: RelayRunner,
      inject: [Database, Signals, Backlog, NatsConnection, Outbox, RelayMetrics, SETTINGS, LOGGER],
      useFactory: createRunner,
    },
  ],
  exports: [RelayRunner, Backlog],
})
export class ScmpModule {
  constructor(outbox: Outbox, @Inject(SETTINGS) settings: Settings) {
    const provider = providerOf(settings);
    outbox.nameSubjects((told) => subjectOf(told, provider));
  }
}

function providerOf(settings: Settings): Provider {
  return {
    instanceName: settings['service.instance.name'],
    replicaId: settings['service.instance.replica.id'],
  };
}
