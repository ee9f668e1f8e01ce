// A replica of the service EPTS: it turns data samples into points of time series, as its
// configuration in Tekton says, and takes every change of that while it runs.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ClosedError, TektonClient, type Limits } from 'tekton-client';
import { createLog, logEvents } from './event-log.js';
import { createHttpServer } from './http-server.js';
import { requireDistinctNames } from './time-series.js';

const { env } = process;
const serviceInstanceName = env.SERVICE_INSTANCE_NAME ?? 'epts';
const { TOKEN_ISSUER: issuer, CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '' } = env;

const client = new TektonClient({
  url: env.TEKTON_URL ?? 'http://127.0.0.1:8080',
  nats: env.NATS_URL ?? 'nats://127.0.0.1:4222',
  serviceInstanceName,
  // Refuses, by throwing, what the JSON Schema in Tekton cannot tell: what was in force stays so then.
  apply: requireDistinctNames,
  ...(issuer !== undefined && { token: { issuer, clientId, clientSecret } }),
  ...(env.SNAPSHOT_FILE !== undefined && { snapshotFile: env.SNAPSHOT_FILE }),
  limits: JSON.parse(env.LIMITS ?? '{}') as Partial<Limits>,
});

const log = createLog(env.REPLICA ?? `${serviceInstanceName}-${process.pid}`, env.LOG_FORMAT);
logEvents(client, log);
const server = createHttpServer(client);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

try {
  // Whoever sends samples finds no server before there is a configuration to deal with them.
  await client.start();
  server.listen(Number(env.PORT ?? 0), '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  log('listening', `at ${url}`, { url });
} catch (error) {
  // Stopped before it had started: that is no failure.
  if (!(error instanceof ClosedError)) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    await client.close();
  }
}

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await client.close();
  log('stopped', 'in order', {});
}
