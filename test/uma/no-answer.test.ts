import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../support/played-fault.js';
import type { PlayedRealm } from '../support/played-realm.js';
import type { PlayedAnswer } from '../support/played-server.js';
import type { RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, found, founderOf, holder } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
let user: RestClient;
let founder: RestClient;
beforeAll(async () => {
  test = await startUmaTekton({
    KAA_SECURITY_ISSUER_TIMEOUT: '1',
    KAA_SECURITY_UMA_DECISION_LIFETIME: '0',
  });
  realm = test.realm('acme');
  await found(test, 'acme', 'kettle');
  user = await holder(test, 'acme', 'kettle', ALL);
  founder = await founderOf(test, 'acme');
});
afterAll(() => test.stop());
afterEach(() => {
  vi.restoreAllMocks();
  realm.setFault('decision', 'none');
});

const CONFIG = '/app-configs/applications/kettle?serviceInstanceName=cmx';

/** Makes calls of each kind that a decision stands before. */
async function expectAllUnavailable(): Promise<void> {
  const answers = await Promise.all([
    user.get('/applications/kettle'),
    user.get('/applications'),
    user.get('/bulk'),
    user.put(CONFIG, { a: 1 }),
    user.delete('/applications/kettle'),
    founder.post('/applications', { name: 'fresh' }),
  ]);
  for (const answer of answers) expectUnavailable(answer);
}

async function expectNothingChanged(): Promise<void> {
  const names = realm.resources.all.map(({ name }) => name).sort();
  expect(names).toEqual(['application-kettle', 'tenant-system']);
  expect(await user.get('/applications/kettle')).toMatchObject({ status: 200 });
  expect(await user.get(CONFIG)).toMatchObject({ status: 404 });
}

describe('nobody is let in while the decisions', () => {
  it.each<Fault & string>(['refuse', 'hang', 'error', 'garbage', 'forbid'])(
    'fare so: %s; and all is well afterwards',
    async (fault) => {
      realm.setFault('decision', fault);
      await expectAllUnavailable();
      realm.setFault('decision', 'none');
      await expectNothingChanged();
    },
  );

  it('take longer than they may', async () => {
    realm.setFault('decision', { slowMs: 1500 });
    await expectAllUnavailable();
    realm.setFault('decision', 'none');
    await expectNothingChanged();
  });
});

const NO_DECISIONS: PlayedAnswer[] = [
  { status: 200 },
  { status: 200, body: {} },
  { status: 200, body: null },
  { status: 200, body: true },
  { status: 200, body: 'true' },
  { status: 200, body: { result: false } },
  { status: 200, body: { result: 'true' } },
  { status: 200, body: { result: 1 } },
  { status: 200, body: { access_token: 'x.y.z' } },
  { status: 200, body: [true] },
  { status: 201, body: { result: true } },
  { status: 204 },
  { status: 302, body: { result: true } },
  { status: 400, body: { error: 'invalid_request' } },
  { status: 400, body: { error: 'unauthorized_client', result: true } },
  { status: 400, body: { error: 'access_denied' } },
  { status: 401, body: { error: 'invalid_client' } },
  { status: 401 },
  { status: 403, body: { error: 'invalid_scope', error_description: 'Client not allowed' } },
  { status: 403, body: { error: ['access_denied'] } },
  { status: 403 },
  { status: 404, body: { error: 'Realm does not exist' } },
  { status: 429, body: { error: 'access_denied' } },
  { status: 500, body: { error: 'access_denied', result: true } },
  { status: 503, body: { result: true } },
];

describe('what is no decision lets nobody in', () => {
  it.each(NO_DECISIONS)('%j', async (answer) => {
    intercept(realm, 'decision', () => answer);
    expectUnavailable(await user.get('/applications/kettle'));
    expectUnavailable(await founder.post('/applications', { name: 'fresh' }));
    vi.restoreAllMocks();
    await expectNothingChanged();
  });

  it.each([
    { status: 200, body: {} },
    { status: 200, body: { result: true } },
    { status: 200, body: 'all' },
    { status: 200 },
    { status: 401, body: { error: 'invalid_client' } },
    { status: 500, body: [] },
  ])('nor is %j a list', async (answer) => {
    intercept(realm, 'decision', () => answer);
    expectUnavailable(await user.get('/applications'));
    expectUnavailable(await user.get('/bulk'));
  });

  it('items of a list that name nothing show nothing', async () => {
    const kettle = 'application-kettle';
    const body = [null, 1, kettle, {}, { rsname: 1 }, { rsname: [kettle] }];
    const update = { rsname: kettle, scopes: ['application:update'] };
    const others = [{ rsname: 'kettle' }, { rsname: `x${kettle}` }, { rsname: 'application-' }];
    intercept(realm, 'decision', () => ({ status: 200, body: [...body, update, ...others] }));
    expect(await user.get('/applications')).toMatchObject({ status: 200, text: '[]' });
  });
});
