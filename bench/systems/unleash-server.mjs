// Unleash, as its own documentation starts it in a program. UNLEASH (its package), DATABASE_URL, PORT,
// CLIENT_TOKEN and ADMIN_TOKEN are given.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { UNLEASH, DATABASE_URL, PORT, CLIENT_TOKEN, ADMIN_TOKEN } = process.env;
const url = new URL(DATABASE_URL);
const token = (type, secret, environment) => ({
  secret,
  type,
  environment,
  projects: ['*'],
  tokenName: `bench-${type}`,
});

// CommonJS until 6, an ES module since 7.
const entry = createRequire(`${UNLEASH}/package.json`).resolve('unleash-server');
const { start } = await import(pathToFileURL(entry).href);
await start({
  db: {
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: url.password,
    database: url.pathname.slice(1),
    ssl: false,
  },
  server: { host: '127.0.0.1', port: Number(PORT), gracefulShutdownEnable: false },
  authentication: {
    initApiTokens: [token('client', CLIENT_TOKEN, 'development'), token('admin', ADMIN_TOKEN, '*')],
  },
  logLevel: 'error',
  versionCheck: { enable: false },
  telemetry: false,
});
