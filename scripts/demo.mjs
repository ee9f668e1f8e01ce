// `npm run demo`: Tekton with replicas of services that take its changes live, on a fresh clone too.
// The check of Node's version comes before any other import, as an older Node may fail to read those.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireSupportedPlatform } from './supported-platform.mjs';

const USAGE = `npm run demo: shows how configurations reach running services, in about 35 seconds.

It starts PostgreSQL, a nats-server, issuers of tokens, Tekton and four small services, all on this
computer and at free ports, changes configurations, takes parts away, brings them back, and checks at
the end that every service has what Tekton has. Nothing is left behind. Ctrl-C ends it at any time.

  NO_COLOR=1    without colours`;

requireSupportedPlatform();
const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
} else if (args.length > 0) {
  console.error(`Unknown argument: ${args.join(' ')}\n\n${USAGE}`);
  process.exitCode = 64;
} else {
  await demo(dirname(dirname(fileURLToPath(import.meta.url))));
}

async function demo(root) {
  const { prepareProject } = await import('./prepare.mjs');
  try {
    await prepareProject(root, { build: true, client: true });
  } catch (error) {
    if (error.exitCode === undefined) throw error;
    console.error(error.message);
    process.exit(error.exitCode);
  }
  const { startDemo } = await import('../dist/local/demo/start-demo.js');
  await startDemo(root);
}
