import { afterEach, expect, it, vi } from 'vitest';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, found, founderOf, holder } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

it.each(['', '/auth'])('endpoints are where discovery says, also below "%s"', async (prefix) => {
  test = await startUmaTekton({}, { pathPrefix: prefix });
  const realm = test.realm('acme');
  expect(realm.issuer).toContain(`${prefix}/realms/acme`);
  await found(test, 'acme', 'kettle');
  const user = await holder(test, 'acme', 'kettle', ALL);
  expect(await user.get('/applications/kettle')).toMatchObject({ status: 200 });
  expect(await user.delete('/applications/kettle')).toMatchObject({ status: 204 });
  // For the keys of callers and for Tekton's own token, and never again.
  const documents = realm.requests.filter(({ kind }) => kind === 'discovery');
  expect(documents.map(({ path }) => path.split('/').pop()).sort()).toEqual([
    'openid-configuration',
    'openid-configuration',
    'uma2-configuration',
  ]);
});

it.each([
  { status: 500 },
  { status: 404, body: { error: 'Realm does not exist' } },
  { status: 200 },
  { status: 200, body: [] },
  { status: 200, body: { issuer: 'http://other.example.com/realms/acme' } },
])('nobody is let in while discovery answers %j', async (answer) => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
  intercept(test.realm('acme'), 'discovery', (serve, { path }) =>
    path.endsWith('/uma2-configuration') ? answer : serve(),
  );
  const founder = await founderOf(test, 'acme');
  expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
  expectUnavailable(await founder.get('/applications'));
  expect(await founder.get('/service-instances')).toMatchObject({ status: 200 });
  vi.restoreAllMocks();
  await expect
    .poll(async () => (await founder.post('/applications', { name: 'kettle' })).status)
    .toBe(201);
});

it('of endpoints that are not named, none is made up', async () => {
  test = await startUmaTekton();
  const realm = test.realm('acme');
  intercept(realm, 'discovery', async (serve, { path }) => {
    const answer = await serve();
    if (!path.endsWith('/uma2-configuration')) return answer;
    const { issuer } = answer.body as { issuer: string };
    return { ...answer, body: { issuer, token_endpoint: 'nowhere' } };
  });
  const founder = await founderOf(test, 'acme');
  expectUnavailable(await founder.get('/applications'));
  expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
  expect(realm.count('decision') + realm.count('resources')).toBe(0);
});
