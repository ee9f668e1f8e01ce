import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import type { SettingsOfDatabase } from '../settings/database-alone.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { DataSourceSettings } from './data-source.js';
import { Database, type DatabaseSettings } from './database.js';
import { Signals } from './signals.js';

/** No longer than a lease of the relay, which must not be kept locked by a holder that is silent. */
const APART_SILENCE_MS = 2000;

/** Gives the database to every module. */
@Module({})
export class DatabaseModule {
  /** @param entities those of all modules, which this one does not know */
  static register(entities: NonNullable<DataSourceSettings['entities']>): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [SETTINGS, LOGGER],
          useFactory: (settings: Settings, logger: Logger) =>
            new Database({ ...databaseSettings(settings), entities }, logger),
        },
        {
          provide: Signals,
          inject: [Database, LOGGER],
          useFactory: (database: Database, logger: Logger) => new Signals(database, logger),
        },
      ],
      exports: [Database, Signals],
    };
  }
}

export function databaseSettings(settings: SettingsOfDatabase): DatabaseSettings {
  const url = settings['database.url'];
  if (url === undefined) throw new Error('database.url is checked when the settings are read');
  return {
    url,
    tls: {
      mode: settings['database.tls.mode'],
      ca: settings['database.tls.ca'],
      cert: settings['database.tls.cert'],
      key: settings['database.tls.key'],
    },
    applicationName: settings['service.instance.replica.id'],
    poolSize: settings['database.pool'],
    connectTimeoutMs: settings['database.connect-timeout'] * 1000,
    queryTimeoutMs: settings['database.query-timeout'] * 1000,
    silenceTimeoutMs: settings['database.silence-timeout'] * 1000,
    apartTimeoutMs: settings['database.relay-timeout'] * 1000,
    apartSilenceTimeoutMs: APART_SILENCE_MS,
  };
}
