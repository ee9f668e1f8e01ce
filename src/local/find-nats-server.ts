import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LocalError, messageOf } from './local-error.js';
import { unpackNatsDebianPackage } from './nats-debian-package.js';
import { NATS_RELEASE, unpackNatsRelease, type NatsRelease } from './nats-release.js';
import { requireOwnFolder } from './own-folder.js';
import { runCommand } from './run-command.js';

/** What {@link findNatsServer} needs. */
export interface FindNatsServerOptions {
  /** Where a fetched nats-server is kept; see {@link chooseCacheFolder}. Made if missing. */
  cacheFolder: string;
  /** Takes a line about what takes long. */
  report?: (line: string) => void;
  /** Where programs are looked for; default PATH and where Debian keeps servers. */
  searchFolders?: string[];
  /** What to fetch if there is nothing else. */
  release?: NatsRelease;
  signal?: AbortSignal;
}

/**
 * Finds a nats-server that runs here: an installed one, else one fetched earlier, else the Debian
 * package, else the official release.
 * @returns the path of the program
 * @throws LocalError with all that was tried, and what to do
 */
export async function findNatsServer(options: FindNatsServerOptions): Promise<string> {
  const { cacheFolder, report = () => undefined, signal } = options;
  const folders = options.searchFolders ?? searchFolders();
  const release = options.release ?? NATS_RELEASE;
  const cached = join(cacheFolder, `nats-server-${process.platform}-${process.arch}`);
  for (const found of [findProgram('nats-server', folders), join(cached, 'nats-server')]) {
    if (found !== undefined && (await runs(found, signal))) return found;
  }

  const aptGet = findProgram('apt-get', folders);
  const sources: [name: string, unpack: (folder: string) => Promise<string>][] = [
    [`nats-server ${release.version}`, (folder) => unpackNatsRelease(release, folder, signal)],
  ];
  if (aptGet !== undefined) {
    sources.unshift([
      'the Debian package nats-server',
      (folder) => unpackNatsDebianPackage({ aptGet, folder, report, signal }),
    ]);
  }
  requireOwnFolder(cacheFolder, false);
  removeAbandoned(cacheFolder);
  const failures: string[] = [];
  for (const [name, unpack] of sources) {
    report(`Fetching ${name} (once) ...`);
    try {
      return await fetchInto(cached, unpack, signal);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`  ${name}: ${messageOf(error)}`);
    }
  }
  throw new LocalError(
    `There is no nats-server here, and none could be fetched:\n${failures.join('\n')}\n` +
      'Install one (https://docs.nats.io/), or set NATS_URL to one that runs.',
  );
}

/**
 * Where fetched programs are kept: `$XDG_CACHE_HOME/tekton`, else `~/.cache/tekton`, else, where that
 * cannot be written (users like `nobody` have no home) or is not ours, a folder beside the data.
 */
export function chooseCacheFolder(env: NodeJS.ProcessEnv, dataFolder: string): string {
  // An empty one counts as unset, says the XDG base directory specification.
  const base = env.XDG_CACHE_HOME === '' ? undefined : env.XDG_CACHE_HOME;
  const folder = join(base ?? join(homedir(), '.cache'), 'tekton');
  try {
    requireOwnFolder(folder, false);
    return folder;
  } catch {
    return join(dataFolder, 'cache');
  }
}

/** Unpacked under another name and renamed when complete, so that a kill leaves no half program. */
async function fetchInto(
  target: string,
  unpack: (folder: string) => Promise<string>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const work = `${target}${UNFINISHED}${randomBytes(4).toString('hex')}`;
  mkdirSync(work, { mode: 0o700 });
  try {
    const program = await unpack(work);
    chmodSync(program, 0o755);
    if (!(await runs(program, signal))) throw new Error('it does not run on this computer');
    const complete = join(work, 'complete');
    mkdirSync(complete, { mode: 0o700 });
    renameSync(program, join(complete, 'nats-server'));
    // What is there either does not run, or somebody else has just finished the same.
    rmSync(target, { recursive: true, force: true });
    renameSync(complete, target);
    return join(target, 'nats-server');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const UNFINISHED = '.unfinished-';

/** Removes what a kill left behind; what is younger than an hour may be another start's work. */
function removeAbandoned(cacheFolder: string): void {
  for (const name of readdirSync(cacheFolder)) {
    const path = join(cacheFolder, name);
    const state = statSync(path, { throwIfNoEntry: false });
    if (!name.includes(UNFINISHED) || state === undefined) continue;
    if (Date.now() - state.mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

async function runs(program: string, signal: AbortSignal | undefined): Promise<boolean> {
  if (!existsSync(program)) return false;
  try {
    await runCommand(program, ['--version'], { timeout: 10_000, signal });
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

function searchFolders(): string[] {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  // Debian installs it where the PATH of ordinary users does not lead.
  return [...path, '/usr/local/sbin', '/usr/sbin'];
}

function findProgram(name: string, folders: string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
