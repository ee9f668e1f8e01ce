import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestClient } from '../support/rest-client.js';
import {
  bearing,
  startSecureTekton,
  startTestIssuers,
  type SecureTekton,
} from '../support/secure-tekton.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { callOf, putThingsThere, ROUTES } from './route-calls.js';

let test: SecureTekton;
let strangers: TestIssuers;
beforeAll(async () => {
  strangers = await startTestIssuers();
  test = await startSecureTekton({ KAA_SECURITY_ALGORITHMS: 'RS256,PS256' });
  await putThingsThere(test);
});
afterAll(async () => {
  await test.stop();
  await strangers.stop();
});

const SCOPES = {
  scope:
    'application:read application:update application:delete tenant:application:create ' +
    'kaa:application:create kaa:application:read kaa:application:update kaa:tenant:configuration:read',
};
const NO_TOKEN = 'Bearer realm="tekton"';
const INVALID =
  /^Bearer realm="tekton", error="invalid_token", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]+"$/;

/** What is wrong with the tokens of callers who otherwise could do everything. */
const REFUSED: [what: string, token: () => Promise<string>][] = [
  [
    'that has expired',
    () => test.issuers.sign('kaa', { ...SCOPES, exp: Math.floor(Date.now() / 1000) - 60 }),
  ],
  ['that never expires', () => test.issuers.sign('kaa', { ...SCOPES, exp: undefined })],
  ['of an issuer that no tenant has', () => strangers.sign('kaa', SCOPES)],
  [
    'that somebody signed in the name of the issuer',
    () => strangers.sign('kaa', { ...SCOPES, iss: test.issuers.issuerOf('kaa') }),
  ],
  [
    'that somebody signed in the name of the issuer and of its key',
    () =>
      strangers.sign(
        'kaa',
        { ...SCOPES, iss: test.issuers.issuerOf('kaa') },
        { kid: test.issuers.kidOf('kaa') },
      ),
  ],
  [
    'that another tenant signed in the name of the issuer',
    () => test.issuers.sign('acme', { ...SCOPES, iss: test.issuers.issuerOf('kaa') }),
  ],
  [
    'that another tenant signed in the name of the issuer and of its key',
    () =>
      test.issuers.sign(
        'acme',
        { ...SCOPES, iss: test.issuers.issuerOf('kaa') },
        { kid: test.issuers.kidOf('kaa') },
      ),
  ],
  ['for somebody else', () => test.issuers.sign('kaa', { ...SCOPES, aud: 'somebody-else' })],
  ['for nobody', () => test.issuers.sign('kaa', { ...SCOPES, aud: undefined })],
  [
    'signed by a good algorithm that is not taken',
    () => test.issuers.sign('kaa', SCOPES, { alg: 'ES256' }),
  ],
  ['that is not signed', () => test.issuers.sign('kaa', SCOPES, { alg: 'none' })],
  ...['HS256', 'HS384', 'HS512'].map((alg): [string, () => Promise<string>] => [
    `with the public key as the secret of ${alg}`,
    () => test.issuers.sign('kaa', SCOPES, { alg }),
  ]),
  ['that is an ID token', () => test.issuers.sign('kaa', { ...SCOPES, typ: 'ID' })],
  ['that is none', () => Promise.resolve('nonsense')],
];

/** Calls a route in all ways that must not matter to somebody who is not known. */
async function expectRefused(key: string, caller: RestClient, challenge: RegExp | string) {
  const { method, path, body } = callOf(key);
  const faulty = `${path}${path.includes('?') ? '&' : '?'}unknown=1`;
  const large = { body: 'x'.repeat(2_000_000) };
  const ways: [string, string, object][] = [
    [method, path, { body }],
    [method, path.replace('?', '/?'), { body }],
    [method, faulty, { body }],
    ...(method === 'GET' ? [['HEAD', path, {}] as [string, string, object]] : []),
    ...(body === undefined
      ? []
      : ([
          [method, path, { body: '{' }],
          [method, path, { body: 'text', headers: { 'content-type': 'text/plain' } }],
          [method, path, large],
        ] as [string, string, object][])),
    [method, callOf(key, 'nothing').path, { body }],
  ];
  for (const [how, where, what] of ways) {
    const answer = await caller.call(how, where, what);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(challenge);
    expect(answer.headers.get('x-correlation-id')).not.toBeNull();
    if (how !== 'HEAD') expect(answer.json()).toEqual({ message: expect.any(String) as unknown });
  }
}

describe.each(REFUSED)('a token %s', (_, token) => {
  it.each(ROUTES)('opens nothing at %s, whatever else is wrong', async (key) => {
    await expectRefused(key, bearing(test.rest, await token()), INVALID);
  });
});

describe('without a token', () => {
  it.each(ROUTES)('nothing is open at %s, and no error is told', async (key) => {
    await expectRefused(key, test.rest, new RegExp(`^${NO_TOKEN}$`));
  });
});

it('with a good token these calls get past the door', async () => {
  const caller = bearing(test.rest, await test.issuers.sign('kaa', SCOPES, { alg: 'PS256' }));
  expect((await caller.get('/applications?unknown=1')).status).toBe(400);
  expect((await caller.get('/applications')).status).toBe(200);
});

it('the path that an ingress of Kaa uses is held to the same', async () => {
  const { origin } = new URL(test.rest.baseUrl);
  for (const key of ROUTES) {
    const { method, path } = callOf(key);
    const answer = await fetch(`${origin}/tekton/api/v1${path}`, { method });
    expect([key, answer.status]).toEqual([key, 401]);
  }
});
