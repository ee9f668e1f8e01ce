import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.js';

/** What {@link unpackNatsDebianPackage} needs. */
export interface DebianPackageOptions {
  /** The path of `apt-get`. */
  aptGet: string;
  /** An empty folder of our own. */
  folder: string;
  report: (line: string) => void;
  signal: AbortSignal | undefined;
}

/**
 * Fetches the package `nats-server` of Debian or Ubuntu and unpacks it, without installing it: that
 * needs no root. apt verifies it against the distribution's signatures.
 * @returns the path of the program in it
 * @throws Error if there is no such package, or it cannot be fetched
 */
export async function unpackNatsDebianPackage(options: DebianPackageOptions): Promise<string> {
  const { folder, report, signal } = options;
  try {
    await apt(options, [], ['download', 'nats-server']);
  } catch {
    signal?.throwIfAborted();
    // Container images come without package lists. Lists of our own: the system's stay as they are,
    // and those need no root either.
    report("Fetching Debian's package lists (to find nats-server) ...");
    const lists = join(folder, 'lists');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const ownLists = [`Dir::State::lists=${lists}`, `Dir::Cache=${join(folder, 'cache')}`];
    mkdirSync(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    await apt(options, ownLists, ['update']);
    await apt(options, ownLists, ['download', 'nats-server']);
  }
  const packageFile = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (packageFile === undefined) throw new Error('apt-get download brought no package');
  const unpacked = join(folder, 'unpacked');
  await runCommand('dpkg-deb', ['-x', join(folder, packageFile), unpacked], {
    timeout: 60_000,
    signal,
  });
  const program = ['usr/sbin', 'usr/bin']
    .map((place) => join(unpacked, place, 'nats-server'))
    .find((path) => existsSync(path));
  if (program === undefined) throw new Error(`${packageFile} holds no nats-server`);
  return program;
}

async function apt(
  { aptGet, folder, signal }: DebianPackageOptions,
  settings: string[],
  args: string[],
): Promise<void> {
  const all = [
    ...['Acquire::http::Timeout=20', 'Acquire::https::Timeout=20', 'Acquire::Retries=1'],
    // As root apt fetches as the user `_apt`, who cannot enter our folder.
    'APT::Sandbox::User=root',
    ...settings,
  ];
  await runCommand(aptGet, ['-qq', ...all.flatMap((setting) => ['-o', setting]), ...args], {
    timeout: 180_000,
    cwd: folder,
    signal,
  });
}
