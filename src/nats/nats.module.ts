import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { NatsConnection } from './nats-connection.js';

@Module({
  providers: [
    {
      provide: NatsConnection,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: Settings, logger: Logger) =>
        new NatsConnection(
          {
            urls: settings['nats.urls'],
            user: settings['nats.user'],
            password: settings['nats.password'],
            token: settings['nats.token'],
            nkeySeed: settings['nats.nkey-seed'],
            credentials: settings['nats.credentials'],
            tls: {
              ca: settings['nats.tls.ca'],
              cert: settings['nats.tls.cert'],
              key: settings['nats.tls.key'],
            },
            name: settings['service.instance.replica.id'],
            timeoutMs: settings['nats.timeout'] * 1000,
            pingIntervalMs: settings['nats.ping-interval'] * 1000,
            confirmTimeoutMs: settings['nats.confirm-timeout'] * 1000,
          },
          logger,
        ),
    },
  ],
  exports: [NatsConnection],
})
export class NatsModule {}
