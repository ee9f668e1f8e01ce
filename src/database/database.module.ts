import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { DataSourceSettings } from './data-source.js';
import { Database } from './database.js';

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
            new Database({ ...dataSourceSettings(settings), entities }, logger),
        },
      ],
      exports: [Database],
    };
  }
}

export function dataSourceSettings(settings: Settings): DataSourceSettings {
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
  };
}
