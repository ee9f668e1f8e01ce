// `npm test [-- arguments of vitest]`: installs and builds what is missing, then runs the tests in this process.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { requireSupportedPlatform } from './supported-platform.mjs';

requireSupportedPlatform();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { prepareProject } = await import('./prepare.mjs');
try {
  // Some tests start the built server, and the example.
  await prepareProject(root, { build: true, client: true });
} catch (error) {
  if (error.exitCode === undefined) throw error;
  console.error(error.message);
  process.exit(error.exitCode);
}

// Ctrl-C comes twice, from the terminal and from npm. Vitest listens once and then ends the process,
// stopping what the tests started; the second one must not kill it in the middle of that.
let asked;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => {
    const nobodyElseListens = process.listenerCount(signal) === 1;
    if (nobodyElseListens || performance.now() - asked > 700) process.exit(code);
    asked ??= performance.now();
  });
}

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.chdir(root);
process.argv = [process.execPath, vitest, 'run', ...process.argv.slice(2)];
await import(pathToFileURL(vitest).href);
