// `npm start`: Tekton with all it needs, on a fresh clone too.
// The check of Node's version comes before any other import, as an older Node may fail to read those.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireSupportedPlatform } from './supported-platform.mjs';

const USAGE = `npm start: brings up Tekton and what it needs; Ctrl-C stops all of it.

  npm start                 everybody who reaches Tekton may do everything; it listens to this computer only
  npm start -- --secure     calls need access tokens, which issuers for development give (never for
                            production: their secrets are known); what is printed says how to get one
  npm start -- --help       tells this

Environment variables that matter:

  DATABASE_URL        PostgreSQL to use; without it an embedded one is started, whose data stay
  NATS_URL            NATS to use; without it a nats-server is started (fetched if there is none)
  PORT                of the REST API (8080)
  MANAGEMENT_PORT     of health and metrics (8081)
  DEVELOPMENT_ISSUER_PORT
                      of the issuers that --secure starts (8082; 0 takes a free one)
  LOG_LEVEL           how much Tekton tells (info)
  TEKTON_CONFIG_FILE  Tekton's configuration (config/service-config.yml of this project)
  TEKTON_DATA_DIR     where the embedded parts keep their data (.tekton of this project)

All other options of Tekton work too; .env.example lists them.
For example: PORT=9000 npm start`;

requireSupportedPlatform();
const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
} else if (args.some((arg) => arg !== '--secure')) {
  console.error(`Unknown argument: ${args.join(' ')}\n\n${USAGE}`);
  process.exitCode = 64;
} else {
  await start(dirname(dirname(fileURLToPath(import.meta.url))), args.includes('--secure'));
}

async function start(root, secure) {
  const { prepareProject } = await import('./prepare.mjs');
  try {
    await prepareProject(root, { build: true });
  } catch (error) {
    if (error.exitCode === undefined) throw error;
    console.error(error.message);
    process.exit(error.exitCode);
  }
  const { startLocal } = await import('../dist/local/start-local.js');
  await startLocal({ projectRoot: root, secure });
}
