// `npm run bench`: Tekton and its references, measured. The check of Node's version comes before any
// other import, as an older Node may fail to read those.
import { dirname } from 'node:path';
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
// The bench is run from its sources.
const { register } = await import('tsx/esm/api');
register();
const { bench } = await import('../bench/main.ts');
await bench(root, process.argv.slice(2));
