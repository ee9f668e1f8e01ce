// Unleash, as its own documentation starts it in a program. UNLEASH (its package), DATABASE_URL, PORT,
// CLIENT_TOKEN and ADMIN_TOKEN are given.
import { createRequire } from 'node:module';

const { UNLEASH, DATABASE_URL, PORT, CLIENT_TOKEN, ADMIN_TOKEN } = process.env;
const url = new URL(DATABASE_URL);
const token = (type, secret, environment) => ({
  secret,
  type,
  environment,
  projects: ['*'],
  tokenName: `bench-${type}`,
});

const unleash = createRequire(import.meta.url)(UNLEASH);
await unleash.start({
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
