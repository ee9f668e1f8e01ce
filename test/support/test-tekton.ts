import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { startNatsServer, type NatsServer } from '../../src/local/nats-server.js';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { createDatabase } from './database.js';
import { RestClient } from './rest-client.js';
import { Subscriber } from './subscriber.js';

export const TEST_SETTINGS_FILE = fileURLToPath(new URL('service-config.yml', import.meta.url));

/** A Tekton in this process, with a database and a NATS server of its own. */
export interface TestTekton {
  tekton: RunningTekton;
  /** At `/api/v1`. */
  rest: RestClient;
  management: RestClient;
  subscriber: Subscriber;
  nats: NatsServer;
  databaseUrl: string;
  stop: () => Promise<void>;
}

/** @param environment over the settings of the tests */
export async function startTestTekton(
  environment: Record<string, string> = {},
): Promise<TestTekton> {
  const { nats, stop: stopNats } = await startTestNats();
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const tekton = await startTekton(testEnvironment(databaseUrl, nats.url, environment));
  await tekton.ready;
  const subscriber = await Subscriber.connect(nats.url);
  return {
    tekton,
    rest: new RestClient(`${tekton.restUrl}/api/v1`),
    management: new RestClient(tekton.managementUrl),
    subscriber,
    nats,
    databaseUrl,
    stop: async () => {
      await tekton.stop();
      await subscriber.close();
      await stopNats();
    },
  };
}

/** The environment of a Tekton under test: free ports, little to log. */
export function testEnvironment(
  databaseUrl: string,
  natsUrl: string,
  environment: Record<string, string> = {},
): Record<string, string> {
  return {
    TEKTON_CONFIG_FILE: TEST_SETTINGS_FILE,
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    PORT: '0',
    MANAGEMENT_PORT: '0',
    LOG_LEVEL: 'fatal',
    LOGGING_FORMAT: 'json',
    LOGGING_AUDIT: 'false',
    ...environment,
  };
}

/** A real nats-server of a test's own. */
export async function startTestNats(
  port?: number,
): Promise<{ nats: NatsServer; stop: () => Promise<void> }> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'tekton-nats-'));
  const nats = await startNatsServer({
    binary: inject('natsServerBinary'),
    stateFolder,
    ...(port !== undefined && { port }),
  });
  return {
    nats,
    stop: async () => {
      await nats.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}
