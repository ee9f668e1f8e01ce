// `npm run config:check [-- file]`: checks Tekton's settings, on a fresh clone too; starts nothing.
// The check of Node's version comes before any other import, as an older Node may fail to read those.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireSupportedPlatform } from './supported-platform.mjs';

requireSupportedPlatform();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { prepareProject } = await import('./prepare.mjs');
try {
  await prepareProject(root, { build: true });
} catch (error) {
  if (error.exitCode === undefined) throw error;
  console.error(error.message);
  process.exit(error.exitCode);
}

// npm changes into the project's folder; a file is meant from where npm was called.
const from = process.env.INIT_CWD ?? process.cwd();
process.argv = process.argv.map((arg, index) =>
  index < 2 || arg === '' || arg.startsWith('-') ? arg : resolve(from, arg),
);
await import('../dist/check-config.js');
