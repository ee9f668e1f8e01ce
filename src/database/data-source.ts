import { DataSource, type DataSourceOptions, type Logger, type MixedList } from 'typeorm';
import { driverSettings, type ConnectionSettings } from './driver-settings.js';
import { InitialSchema1763800000000 } from './migrations/1763800000000-initial-schema.js';
import { WhoChanged1795400000000 } from './migrations/1795400000000-who-changed.js';
import { ChangesSince1795478400000 } from './migrations/1795478400000-changes-since.js';
import { SteadyClient } from './steady-client.js';

/** Every migration, oldest first. Once landed they are never edited. */
export const MIGRATIONS = [
  InitialSchema1763800000000,
  WhoChanged1795400000000,
  ChangesSince1795478400000,
];

export interface DataSourceSettings extends ConnectionSettings {
  poolSize: number;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  entities?: MixedList<Function>;
}

const say = () => undefined;

/** What TypeORM would say on the console, between the lines of the log, is in the errors that it throws. */
const SILENT: Logger = {
  logQuery: say,
  logQueryError: say,
  logQuerySlow: say,
  logSchemaBuild: say,
  logMigration: say,
  log: say,
};

export function createDataSource(settings: DataSourceSettings): DataSource {
  const options: DataSourceOptions = {
    type: 'postgres',
    url: settings.url,
    poolSize: settings.poolSize,
    installExtensions: false,
    entities: settings.entities ?? [],
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    logging: false,
    logger: SILENT,
    // Given to the driver as they are, and over what TypeORM makes of the URL.
    extra: { ...driverSettings(settings), Client: SteadyClient },
  };
  return new DataSource(options);
}
