import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';

const CONCURRENCY = 5;

let test: UmaTekton;
beforeAll(async () => {
  test = await startUmaTekton({
    KAA_SECURITY_UMA_CONCURRENCY: String(CONCURRENCY),
    KAA_SECURITY_ISSUER_TIMEOUT: '3',
    DATABASE_POOL: '4',
  });
  for (const tenantId of ['acme', 'globex'] as const) {
    test.realm(tenantId).grant('founder', 'tenant-system', ['tenant:application:create']);
    test.realm(tenantId).grant('founder', 'application-' + tenantId, ['application:read']);
  }
});
afterAll(() => test.stop());

it('a Keycloak that does not answer is the trouble of its own tenant alone', async () => {
  const acme = await test.as('acme', 'founder');
  const globex = await test.as('globex', 'founder');
  // So that nothing but the decisions is asked from now on.
  expect(await acme.post('/applications', { name: 'acme' })).toMatchObject({ status: 201 });
  test.realm('acme').setFault('decision', 'hang');
  test.realm('acme').setFault('resources', 'hang');
  const waiting = Promise.all(
    Array.from({ length: 4 * CONCURRENCY }, (_, index) => acme.get(`/applications/a${index}`)),
  );
  const creating = Promise.all(
    Array.from({ length: CONCURRENCY }, (_, index) =>
      acme.post('/applications', { name: `b${index}` }),
    ),
  );
  expect(await globex.post('/applications', { name: 'globex' })).toMatchObject({ status: 201 });
  expect(await globex.get('/applications/globex')).toMatchObject({ status: 200 });
  for (const answer of [...(await waiting), ...(await creating)]) expect(answer.status).toBe(503);
});
