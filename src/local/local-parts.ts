import { join } from 'node:path';
import { takeLock } from '../../scripts/process-lock.mjs';
import { chooseDataFolder } from './data-folder.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { isSet } from './environment.js';
import { chooseCacheFolder, findNatsServer } from './find-nats-server.js';
import { LocalError } from './local-error.js';
import { startNatsServer } from './nats-server.js';
import { findDatabaseUser } from './system-user.js';

/** Something that was brought up, and how to bring it down. */
export interface RunningPart {
  name: string;
  stop: () => Promise<void>;
}

/** What {@link startLocalParts} needs. */
export interface LocalPartsOptions {
  projectRoot: string;
  /** Read for what is there already; DATABASE_URL and NATS_URL are set for what was started. */
  env: NodeJS.ProcessEnv;
  /** Takes each part as soon as it runs, so that it is stopped even if a later one fails. */
  started: (part: RunningPart) => void;
  report: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Starts the parts that Tekton needs and that the environment does not name: PostgreSQL without
 * DATABASE_URL, a nats-server without NATS_URL.
 * @returns the folder with their data; undefined if neither was needed
 * @throws LocalError if one cannot be started, or another run has the data folder
 */
export async function startLocalParts(options: LocalPartsOptions): Promise<string | undefined> {
  const { env, projectRoot, started } = options;
  const needsPostgres = !isSet(env, 'DATABASE_URL');
  const needsNats = !isSet(env, 'NATS_URL') && !isSet(env, 'NATS_URLS');
  if (!needsPostgres && !needsNats) return undefined;
  const dataFolder = chooseDataFolder({ projectRoot, env, databaseUser: findDatabaseUser() });
  started(lockDataFolder(dataFolder));
  if (needsPostgres) env.DATABASE_URL = await startPostgres(dataFolder, options);
  if (needsNats) env.NATS_URL = await startNats(dataFolder, options);
  return dataFolder;
}

async function startPostgres(
  dataFolder: string,
  { started, report, signal }: LocalPartsOptions,
): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataFolder, report, signal });
  if (postgres.adopted) report('PostgreSQL was still running from a start that was killed.');
  started({ name: 'PostgreSQL', stop: () => postgres.stop() });
  return postgres.url;
}

async function startNats(
  dataFolder: string,
  { env, started, report, signal }: LocalPartsOptions,
): Promise<string> {
  const binary = await findNatsServer({
    cacheFolder: chooseCacheFolder(env, dataFolder),
    report,
    signal,
  });
  const stateFolder = join(dataFolder, 'nats');
  const nats = await startNatsServer({ binary, stateFolder, jetstream: true, signal });
  if (nats.adopted) report('nats-server was still running from a start that was killed.');
  started({ name: 'nats-server', stop: () => nats.stop() });
  return nats.url;
}

function lockDataFolder(dataFolder: string): RunningPart {
  const { lock, heldBy } = takeLock(join(dataFolder, 'tekton.lock'));
  if (lock !== undefined) {
    return {
      name: 'the lock',
      stop: () => {
        lock.release();
        return Promise.resolve();
      },
    };
  }
  throw new LocalError(
    `Tekton is running here already, as process ${heldBy}, with its data in ${dataFolder}. ` +
      `Stop that one first (\`kill ${heldBy}\`), or start a second one with data and ports of its own: ` +
      'TEKTON_DATA_DIR=/some/folder PORT=9080 MANAGEMENT_PORT=9081 npm start',
  );
}
