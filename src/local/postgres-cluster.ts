import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LocalError } from './local-error.js';
import { POSTGRES_ENVIRONMENT, type PostgresBinaries } from './postgres-binaries.js';
import { runCommand } from './run-command.js';
import type { SystemUser } from './system-user.js';

/** A database cluster on disk. */
export interface PostgresCluster {
  /** What PostgreSQL calls its data directory. */
  dataDirectory: string;
  /** Of the user {@link CLUSTER_USER}. */
  password: string;
}

/** The one database user. */
export const CLUSTER_USER = 'tekton';

/** What {@link requireCluster} needs. */
export interface ClusterOptions {
  dataFolder: string;
  binaries: PostgresBinaries;
  user: SystemUser | undefined;
  /** Wait until the new files are on disk. */
  durable: boolean;
  report: (line: string) => void;
  signal: AbortSignal | undefined;
}

/**
 * The cluster in `<data folder>/postgres`, made if it is missing.
 *
 * Connections need a password even on loopback, since every user of this computer can reach the port.
 * A Unix socket would do without, but PostgreSQL may run as another user than Tekton, and the path of
 * a socket is limited to some 100 characters, which a project's folder may exceed.
 * @throws LocalError if the cluster is of another major version
 */
export async function requireCluster(options: ClusterOptions): Promise<PostgresCluster> {
  const { dataFolder, binaries } = options;
  const folder = join(dataFolder, 'postgres');
  if (!existsSync(folder)) await createCluster(folder, options);
  const dataDirectory = join(folder, 'data');
  const version = Number.parseInt(readFileSync(join(dataDirectory, 'PG_VERSION'), 'utf8'), 10);
  if (version !== binaries.majorVersion) {
    throw new LocalError(
      `${folder} was made by PostgreSQL ${version}, this is ${binaries.majorVersion}. Keep it with the old ` +
        'version of Tekton, and set TEKTON_DATA_DIR to a new folder for this one.',
    );
  }
  return { dataDirectory, password: readFileSync(passwordFile(folder), 'utf8') };
}

/** Made under another name and renamed when complete: what a kill leaves behind is never taken for whole. */
async function createCluster(folder: string, options: ClusterOptions): Promise<void> {
  const { binaries, user, durable, report, signal } = options;
  report('Creating the database (first start) ...');
  removeUnfinished(options.dataFolder);
  const unfinished = `${folder}${UNFINISHED}${randomBytes(4).toString('hex')}`;
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile(unfinished), randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user !== undefined) {
    chownSync(passwordFile(unfinished), user.uid, user.gid);
    chownSync(unfinished, user.uid, user.gid);
  }
  const args = [
    ...['--pgdata', join(unfinished, 'data'), '--username', CLUSTER_USER],
    ...['--auth', 'scram-sha-256', '--pwfile', passwordFile(unfinished)],
    // The same order of texts on every computer, whatever its locales and their versions.
    ...['--encoding', 'UTF8', '--locale', 'C'],
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await runCommand(binaries.initdb, args, {
      timeout: 120_000,
      user,
      env: POSTGRES_ENVIRONMENT,
      signal,
    });
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

const UNFINISHED = '.unfinished-';

function removeUnfinished(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) {
    if (name.startsWith(`postgres${UNFINISHED}`)) {
      rmSync(join(dataFolder, name), { recursive: true, force: true });
    }
  }
}

function passwordFile(folder: string): string {
  return join(folder, 'password');
}
