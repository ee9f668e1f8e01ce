import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { createDatabase } from '../support/database.js';
import type { PlayedKeycloak } from '../support/played-keycloak.js';
import type { RestClient } from '../support/rest-client.js';
import { bearing } from '../support/secure-tekton.js';
import { TektonProcess } from '../support/tekton-process.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import { startKeycloak, umaEnvironment } from '../support/uma-tekton.js';
import { ALL } from './grants.js';
import { intercept } from './intercept.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
let keycloak: PlayedKeycloak;
let environment: Record<string, string>;
beforeEach(async () => {
  nats = await startTestNats();
  keycloak = await startKeycloak();
  const settings = { LOG_LEVEL: 'info', ...umaEnvironment(keycloak) };
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  environment = testEnvironment(databaseUrl, nats.nats.url, settings);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await keycloak.stop();
  await nats.stop();
});

const realm = () => keycloak.realm('acme');
const resources = () => realm().resources.named('application-kettle');

async function founderAt(tekton: TektonProcess): Promise<RestClient> {
  const rest = await tekton.serving();
  realm().grant('founder', '*', ['tenant:application:create', ...ALL]);
  return bearing(rest, await realm().tokenFor({ sub: 'founder' }));
}

/** Makes a call, and kills Tekton once Keycloak has done its part, before Tekton learns of it. */
async function killAfter(
  method: string,
  tekton: TektonProcess,
  call: () => Promise<unknown>,
): Promise<void> {
  const done = new Promise<void>((resolve) => {
    intercept(realm(), 'resources', async (serve, request) => {
      const answer = await serve();
      if (request.method !== method) return answer;
      resolve();
      return { ...answer, fault: 'hang' };
    });
  });
  const called = call().catch(() => undefined);
  await done;
  await tekton.kill();
  await called;
  vi.restoreAllMocks();
}

it('a kill -9 while an application is created leaves nothing behind', async () => {
  const first = new TektonProcess(environment);
  const founder = await founderAt(first);
  await killAfter('POST', first, () => founder.post('/applications', { name: 'kettle' }));
  expect(resources()).toHaveLength(1);
  const second = new TektonProcess(environment);
  const again = await founderAt(second);
  await expect.poll(resources).toEqual([]);
  expect(await again.get('/applications/kettle')).toMatchObject({ status: 404 });
  await second.kill();
});

it('a kill -9 while an application is deleted leaves it whole', async () => {
  const first = new TektonProcess(environment);
  const founder = await founderAt(first);
  expect(await founder.post('/applications', { name: 'kettle' })).toMatchObject({ status: 201 });
  await killAfter('DELETE', first, () => founder.delete('/applications/kettle'));
  expect(resources()).toEqual([]);
  const second = new TektonProcess(environment);
  const again = await founderAt(second);
  await expect.poll(resources).toMatchObject([{ owner: 'founder', type: 'application' }]);
  expect(await again.get('/applications/kettle')).toMatchObject({ status: 200 });
  await second.kill();
});

it('what Keycloak refuses to say is in the log, without any token', async () => {
  const tekton = new TektonProcess(environment);
  const founder = await founderAt(tekton);
  realm().setFault('decision', 'forbid');
  expect(await founder.get('/applications/kettle')).toMatchObject({ status: 503 });
  await expect.poll(() => tekton.stdout).toContain('gives no decision to the client tekton');
  expect(tekton.stdout).toContain('unauthorized_client');
  expect(tekton.stdout).toContain('"level":"error"');
  for (const { authorization = '' } of realm().requests) {
    const secret = authorization.split(' ')[1];
    if (secret !== undefined) expect(tekton.stdout).not.toContain(secret);
  }
  expect(tekton.stdout).not.toContain('tekton secret');
  await tekton.kill();
});
