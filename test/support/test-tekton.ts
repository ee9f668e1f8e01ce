import { inject } from 'vitest';
import type { NatsServer } from '../../src/local/nats-server.js';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { createDatabase } from './database.js';
import { RestClient } from './rest-client.js';
import { Subscriber } from './subscriber.js';
import { testEnvironment } from './test-environment.js';
import { startTestNats } from './test-nats.js';

// Apart, for those who start no Tekton in their own process: to load one takes seconds.
export { TEST_SETTINGS_FILE, testEnvironment } from './test-environment.js';
export { startTestNats } from './test-nats.js';

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
