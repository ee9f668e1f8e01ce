import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RestClient } from '../support/rest-client.js';
import { bearing } from '../support/secure-tekton.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, found } from './grants.js';

let test: UmaTekton;
beforeAll(async () => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
  await found(test, 'acme', 'kettle');
  test.realm('acme').grant('alice', 'application-kettle', ALL);
});
afterAll(() => test.stop());

async function expectUnauthenticated(client: RestClient): Promise<void> {
  const answers = await Promise.all([
    client.get('/applications/kettle'),
    client.get('/applications'),
    client.patch('/applications/kettle', {}),
    client.post('/applications', { name: 'fresh' }),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  }
}

it('who has logged out is told to get a new token, which then is good', async () => {
  const alice = await test.as('acme', 'alice');
  expect(await alice.get('/applications/kettle')).toMatchObject({ status: 200 });
  test.realm('acme').revokeTokens();
  await expectUnauthenticated(alice);
  const again = await test.as('acme', 'alice');
  expect(await again.get('/applications/kettle')).toMatchObject({ status: 200 });
  await expectUnauthenticated(alice);
});

it('a token within the leeway of clocks is good only if Keycloak says so', async () => {
  const options = { sub: 'alice', expiresIn: -5 };
  const late = bearing(test.rest, await test.realm('acme').tokenFor(options));
  expect(await late.get('/service-instances')).toMatchObject({ status: 200 });
  await expectUnauthenticated(late);
});
