import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from './free-port.js';
import { LocalError } from './local-error.js';
import { logTail } from './log-tail.js';
import { requireOwnFolder } from './own-folder.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { requireDatabase, waitUntilAnswering, type ServerAddress } from './postgres-client.js';
import { CLUSTER_USER, requireCluster } from './postgres-cluster.js';
import {
  findPostmaster,
  launchPostmaster,
  stopPostmaster,
  stopPostmasterNow,
  type Postmaster,
  type ServerPlace,
} from './postmaster.js';
import { whenProcessEnds } from './process-end.js';
import { isAlive } from './process-table.js';
import { canEnter, findDatabaseUser, type SystemUser } from './system-user.js';

/** What {@link startEmbeddedPostgres} needs. */
export interface EmbeddedPostgresOptions {
  /** Holds the cluster (in `postgres/`) and the log; made if missing. One run at a time may use it. */
  dataFolder: string;
  /** PostgreSQL settings, such as `{ fsync: 'off' }` for tests; an adopted server keeps its own. */
  settings?: Record<string, string>;
  /** Takes a line about what takes long. */
  report?: (line: string) => void;
  /** Stops the start; what was begun is ended before the promise is rejected. */
  signal?: AbortSignal;
}

/** A running PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** Of the database `tekton`, with the password. Its user may create further databases. */
  url: string;
  port: number;
  /** It ran already, left behind by a run that was killed. */
  adopted: boolean;
  /** Stops it; data are on disk then. */
  stop(): Promise<void>;
}

type AddressAt = (port: number) => ServerAddress;

const DATABASE = 'tekton';
const START_TIMEOUT = 120_000;

/**
 * Starts PostgreSQL on the data folder, on a free port of 127.0.0.1, or adopts the one that runs there.
 * It is stopped with this process too, unless that is killed with SIGKILL.
 * @throws LocalError if it cannot be started
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataFolder, settings = {}, report = () => undefined, signal } = options;
  const user = clusterOwner(dataFolder) ?? findDatabaseUser();
  requireOwnFolder(dataFolder, user !== undefined);
  if (!canEnter(dataFolder, user)) {
    throw new LocalError(
      `The user "${user?.name ?? ''}", whom PostgreSQL runs as, cannot enter ${dataFolder}.`,
    );
  }
  const binaries = await findPostgresBinaries(dataFolder, user, signal);
  const cluster = await requireCluster({
    dataFolder,
    binaries,
    user,
    durable: settings.fsync !== 'off',
    report,
    signal,
  });
  const place: ServerPlace = {
    dataDirectory: cluster.dataDirectory,
    binaries,
    user,
    logFile: join(dataFolder, 'postgres.log'),
  };
  const forget = whenProcessEnds(() => {
    stopPostmasterNow(place);
  });
  const addressAt: AddressAt = (port) => ({
    port,
    user: CLUSTER_USER,
    password: cluster.password,
  });
  try {
    const { server, adopted } = await adoptOrLaunch(place, addressAt, settings, signal);
    await requireDatabase(addressAt(server.port), DATABASE);
    signal?.throwIfAborted();
    let stopped: Promise<void> | undefined;
    return {
      url: `postgres://${CLUSTER_USER}:${cluster.password}@127.0.0.1:${server.port}/${DATABASE}`,
      port: server.port,
      adopted,
      stop: () => (stopped ??= stopPostmaster(place, server.pid).finally(forget)),
    };
  } catch (error) {
    const left = findPostmaster(place);
    if (left !== undefined) await stopPostmaster(place, left.pid);
    forget();
    throw error;
  }
}

async function adoptOrLaunch(
  place: ServerPlace,
  addressAt: AddressAt,
  settings: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<{ server: Postmaster; adopted: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const running = await adopt(place, addressAt, signal);
    if (running !== undefined) return { server: running, adopted: true };
    const server = await launch(place, addressAt, settings, signal);
    if (server !== undefined) return { server, adopted: false };
    const log = logTail(place.logFile);
    if (attempt === 5 || !mayWorkNextTime(log)) {
      throw new LocalError(
        `The embedded PostgreSQL did not start. Its log, ${place.logFile}, ends with:\n${log}`,
      );
    }
    await sleep(200);
  }
}

/** The server that runs already, once it answers; undefined if there is none, or it is just ending. */
async function adopt(
  place: ServerPlace,
  addressAt: AddressAt,
  signal: AbortSignal | undefined,
): Promise<Postmaster | undefined> {
  const found = findPostmaster(place);
  if (found === undefined) return undefined;
  const stillRunning = (): boolean => isAlive(found.pid);
  const address = addressAt(found.port);
  const answers = await waitUntilAnswering(address, stillRunning, START_TIMEOUT, signal);
  return answers ? found : undefined;
}

/** Undefined if the server ended instead of answering. */
async function launch(
  place: ServerPlace,
  addressAt: AddressAt,
  settings: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Postmaster | undefined> {
  const port = await findFreePort();
  signal?.throwIfAborted();
  const postmaster = launchPostmaster(place, port, settings);
  try {
    const stillRunning = (): boolean => postmaster.isRunning();
    const answers = await waitUntilAnswering(addressAt(port), stillRunning, START_TIMEOUT, signal);
    return answers ? { pid: postmaster.pid, port } : undefined;
  } catch (error) {
    await postmaster.end();
    throw error;
  }
}

/** Somebody took the port, or processes of a server that was killed are still ending. */
function mayWorkNextTime(log: string): boolean {
  return /could not bind|is still in use|postmaster\.pid" already exists/.test(log);
}

/**
 * The owner of a cluster made earlier: if a user `postgres` has come into being since, it is still the
 * one to run it as.
 */
function clusterOwner(dataFolder: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const state = statSync(join(dataFolder, 'postgres'), { throwIfNoEntry: false });
  if (state === undefined || state.uid === 0) return undefined;
  return { name: String(state.uid), uid: state.uid, gid: state.gid };
}
