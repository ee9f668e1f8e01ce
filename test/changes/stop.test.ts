import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { TektonProcess } from '../support/tekton-process.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import { changesAt, waitingAt } from './told-changes.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());

it('on SIGTERM all that wait are answered, and nothing holds the stop up', async () => {
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const tekton = new TektonProcess(
    testEnvironment(databaseUrl, nats.nats.url, {
      LOG_LEVEL: 'info',
      SERVICE_GRACEFUL_SHUTDOWN: '3600',
    }),
  );
  const rest = await tekton.serving();
  const { managementUrl } = await tekton.waitForLog('Tekton is ready');
  const { position } = await changesAt(rest, '');
  // Connections that clients keep open.
  const agent = new Agent({ keepAlive: true });
  const told = Array.from(
    { length: 20 },
    () =>
      new Promise<string>((resolve, reject) => {
        get(`${rest.baseUrl}/changes?since=${position}&wait=60`, { agent }, (response) => {
          text(response).then(resolve, reject);
        }).on('error', reject);
      }),
  );
  await expect.poll(() => waitingAt(new RestClient(String(managementUrl)))).toBe(20);
  tekton.signal('SIGTERM');
  for (const answer of await Promise.all(told)) {
    expect(JSON.parse(answer)).toEqual({ position, changes: [] });
  }
  expect(await tekton.end()).toMatchObject({ code: 0, stderr: '' });
  agent.destroy();
});
