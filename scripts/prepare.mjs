// Installs the packages and builds Tekton where that has not been done yet. Node's own modules only.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from './process-lock.mjs';
import { runStep, StepError } from './run-step.mjs';

// What can be built: by which script of npm, with the settings and the sources of which folders, into which.
const SERVER = {
  title: 'Building',
  script: 'build',
  settingsIn: ['.'],
  from: ['src'],
  into: ['dist'],
};
const CLIENT = {
  title: 'Building the client, the command line and the example',
  script: 'build:client',
  settingsIn: ['.', 'client', 'cli', 'examples/replica'],
  from: ['client/src', 'cli/src', 'examples/replica/src'],
  into: ['client/dist', 'cli/dist', 'examples/replica/dist'],
};

/**
 * Makes the project ready to run, and does nothing where it is.
 * @param {string} root the project's folder
 * @param {{ build: boolean, client?: boolean }} wanted whether `dist/` is needed too, and whether the
 *   client and the example are
 * @throws {StepError} with a message that says what failed
 */
export async function prepareProject(root, { build, client = false }) {
  const wanted = [...(build ? [SERVER] : []), ...(client ? [CLIENT] : [])];
  if (isInstalled(root) && wanted.every((part) => isBuilt(root, part))) return;
  const lock = await waitForLock(root);
  try {
    // Looked at again, now that nobody else is at it.
    if (!isInstalled(root)) await install(root, lock);
    for (const part of wanted) if (!isBuilt(root, part)) await buildPart(root, part, lock);
  } finally {
    lock.release();
  }
}

async function install(root, lock) {
  // Development packages are needed to build, whatever NODE_ENV says.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  await runNpm(root, 'Installing packages (about a minute)', args, lock);
}

async function buildPart(root, part, lock) {
  // Taken before building: a file that changes meanwhile makes the next start build again.
  const state = sourceState(root, part);
  const stamps = stampsOf(root, part);
  for (const stamp of stamps) rmSync(stamp, { force: true });
  await runNpm(root, part.title, ['run', part.script], lock);
  for (const stamp of stamps) writeFileSync(stamp, state);
}

async function runNpm(root, title, npmArgs, lock) {
  // `npm start` names the npm it belongs to; another one may come first on PATH.
  const npm = process.env.npm_execpath ?? '';
  const [command, args] = npm.endsWith('npm-cli.js')
    ? [process.execPath, [npm, ...npmArgs]]
    : ['npm', npmArgs];
  // If this process is killed, npm goes on: the lock then has to wait for npm.
  await runStep({ title, command, args, cwd: root, onStarted: (pid) => lock.include(pid) });
}

/**
 * npm writes node_modules/.package-lock.json as the very last step of an installation, and removes it
 * as one of the first, so it tells a whole installation from one that was cut short, whoever ran it.
 */
function isInstalled(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) throw new StepError(`${root} has no package-lock.json.`, 1);
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    // Optional packages are those of other platforms too; peers may be left out by the user's settings.
    if (path === '' || entry.optional || entry.peer) return true;
    const found = installed[path];
    return found?.version === entry.version && found?.integrity === entry.integrity;
  });
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isBuilt(root, part) {
  const stamps = stampsOf(root, part);
  if (!stamps.every((stamp) => existsSync(stamp))) return false;
  const state = sourceState(root, part);
  return stamps.every((stamp) => readFileSync(stamp, 'utf8') === state);
}

/** They lie in what was built, so that removing that removes them too. */
function stampsOf(root, { into }) {
  return into.map((folder) => join(root, folder, '.built-from'));
}

/** A hash of all that the build depends on. Contents, as times change with every checkout. */
function sourceState(root, { settingsIn, from }) {
  const hash = createHash('sha256');
  const settings = settingsIn.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /^(package|tsconfig.*)\.json$/.test(name))
      .map((name) => join(root, folder, name)),
  );
  const sources = from.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const files = [...settings, ...sources].sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** `npm start` and `npm test` on a fresh clone at the same time must not undo each other's work. */
async function waitForLock(root) {
  const folder = join(root, '.tekton');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let said = false; ; said = true) {
    const { lock, heldBy } = takeLock(join(folder, 'prepare.lock'));
    if (lock !== undefined) return lock;
    if (!said) console.log(`Process ${heldBy} is installing or building here; waiting for it ...`);
    await sleep(200);
  }
}
