import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { scrape } from './scrape.js';

const COUNT = 'tekton_issuer_request_duration_seconds_count';

let test: UmaTekton;
beforeAll(async () => {
  test = await startUmaTekton({
    KAA_SECURITY_ISSUER_TIMEOUT: '1',
    KAA_SECURITY_UMA_DECISION_LIFETIME: '0',
  });
});
afterAll(() => test.stop());

it('requests to Keycloak are measured by purpose and result', async () => {
  const realm = test.realm('acme');
  realm.grant('alice', 'tenant-system', ['tenant:application:create']);
  realm.grant('alice', '*', ['application:read']);
  const alice = await test.as('acme', 'alice');
  expect((await alice.post('/applications', { name: 'kettle' })).status).toBe(201);
  expect((await alice.get('/applications')).status).toBe(200);
  expect((await alice.delete('/applications/kettle')).status).toBe(403);
  for (const fault of ['error', 'refuse', 'hang'] as const) {
    realm.setFault('decision', fault);
    expect((await alice.get('/applications')).status).toBe(503);
    expect((await alice.get('/applications/lamp')).status).toBe(503);
  }
  const counted = (await scrape(test.management)).filter(({ name }) => name === COUNT);
  const purposes = counted.map(({ labels: { purpose = '', result = '' } }) => [purpose, result]);
  expect(purposes).toEqual(
    expect.arrayContaining([
      ...['metadata', 'keys', 'token', 'resources'].map((purpose) => [purpose, '2xx']),
      // To a decision, 4xx is a no.
      ...['2xx', '4xx', '5xx', 'failed', 'timeout'].map((result) => ['decision', result]),
      ...['2xx', '5xx', 'failed', 'timeout'].map((result) => ['permissions', result]),
    ]),
  );
});
