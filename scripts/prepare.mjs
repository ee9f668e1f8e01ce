// Installs the packages and builds Tekton where that has not been done yet. Node's own modules only.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from './process-lock.mjs';
import { runStep, StepError } from './run-step.mjs';

/**
 * Makes the project ready to run, and does nothing where it is.
 * @param {string} root the project's folder
 * @param {{ build: boolean }} wanted whether `dist/` is needed too
 * @throws {StepError} with a message that says what failed
 */
export async function prepareProject(root, { build }) {
  const isReady = () => isInstalled(root) && (!build || isBuilt(root));
  if (isReady()) return;
  const lock = await waitForLock(root);
  try {
    // Looked at again, now that nobody else is at it.
    if (!isInstalled(root)) await install(root, lock);
    if (build && !isBuilt(root)) await buildTekton(root, lock);
  } finally {
    lock.release();
  }
}

async function install(root, lock) {
  // Development packages are needed to build, whatever NODE_ENV says.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  await runNpm(root, 'Installing packages (about a minute)', args, lock);
}

async function buildTekton(root, lock) {
  // Taken before building: a file that changes meanwhile makes the next start build again.
  const state = sourceState(root);
  const stamp = buildStamp(root);
  rmSync(stamp, { force: true });
  await runNpm(root, 'Building', ['run', 'build'], lock);
  writeFileSync(stamp, state);
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

function isBuilt(root) {
  const stamp = buildStamp(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceState(root);
}

/** Lies in dist/, so that removing dist/ removes it too. */
function buildStamp(root) {
  return join(root, 'dist', '.built-from');
}

/** A hash of all that the build depends on. Contents, as times change with every checkout. */
function sourceState(root) {
  const hash = createHash('sha256');
  const settings = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = ['package.json', ...settings].map((name) => join(root, name)).concat(sources);
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
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
