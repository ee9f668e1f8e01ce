import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import { driverTls, type DatabaseTls } from './database-tls.js';
import { InitialSchema1763800000000 } from './migrations/1763800000000-initial-schema.js';
import { WhoChanged1795400000000 } from './migrations/1795400000000-who-changed.js';
import { ChangesSince1795478400000 } from './migrations/1795478400000-changes-since.js';

/** Every migration, oldest first. Once landed they are never edited. */
export const MIGRATIONS = [
  InitialSchema1763800000000,
  WhoChanged1795400000000,
  ChangesSince1795478400000,
];

export interface DataSourceSettings {
  url: string;
  tls?: DatabaseTls;
  applicationName: string;
  poolSize: number;
  connectTimeoutMs: number;
  /** Time that one statement may take; none for migrations. */
  queryTimeoutMs?: number;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  entities?: MixedList<Function>;
}

export function createDataSource(settings: DataSourceSettings): DataSource {
  const ssl = driverTls(settings.tls ?? {});
  const options: DataSourceOptions = {
    type: 'postgres',
    url: settings.url,
    ...(ssl !== undefined && { ssl }),
    applicationName: settings.applicationName,
    poolSize: settings.poolSize,
    connectTimeoutMS: settings.connectTimeoutMs,
    installExtensions: false,
    entities: settings.entities ?? [],
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    logging: false,
    extra: {
      keepAlive: true,
      ...(settings.queryTimeoutMs !== undefined && {
        // The server gives up first, so that a connection is not lost for a slow statement.
        statement_timeout: settings.queryTimeoutMs,
        query_timeout: settings.queryTimeoutMs + 1000,
      }),
    },
  };
  return new DataSource(options);
}
