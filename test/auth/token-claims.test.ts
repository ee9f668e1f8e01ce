import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
});
afterAll(() => test.stop());

type Claims = Record<string, unknown>;

/** Claims that may depend on the time or the issuers, which are known only when a test runs. */
type Making = Claims | (() => Claims);

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

function made(making: Making): Claims {
  return typeof making === 'function' ? making() : making;
}

/** With the leeway of 30 s. */
const GOOD: [what: string, claims: Making][] = [
  ['expired a moment ago', () => ({ exp: inSeconds(-20) })],
  ['expires at a part of a second', () => ({ exp: inSeconds(60) + 0.5 })],
  ['becomes valid in a moment', () => ({ nbf: inSeconds(20) })],
  ['was issued in a moment', () => ({ iat: inSeconds(20) })],
  ['does not say when it was issued', { iat: undefined }],
  ['is for Tekton among others', { aud: ['account', AUDIENCE] }],
  ['is for Tekton, said as a list', { aud: [AUDIENCE] }],
  ['says that it is an access token, as Keycloak does', { typ: 'Bearer' }],
  ['has no subject, as light ones of Keycloak', { sub: undefined, azp: 'dashboard' }],
  ['names its client as Keycloak does', { client_id: undefined, azp: 'dashboard' }],
  ['names no client', { client_id: undefined }],
  ['has a subject of 255 characters', { sub: 'x'.repeat(255) }],
  ['has a subject that is not ASCII', { sub: 'Zoë ☕' }],
  ['says more than is known', { acr: '1', realm_access: { roles: ['a'] }, weird: [null] }],
];

const BAD: [what: string, claims: Making][] = [
  ['expired a while ago', () => ({ exp: inSeconds(-60) })],
  ['expired long ago', { exp: 0 }],
  ['expired before time began', { exp: -1 }],
  ['does not expire', { exp: undefined }],
  ['expires at null', { exp: null }],
  ['expires at a text', () => ({ exp: String(inSeconds(60)) })],
  ['expires at a list', () => ({ exp: [inSeconds(60)] })],
  ['becomes valid later', () => ({ nbf: inSeconds(60) })],
  ['becomes valid at a text', { nbf: '0' }],
  ['becomes valid at null', { nbf: null }],
  ['was issued later', () => ({ iat: inSeconds(60) })],
  ['was issued at a text', { iat: '0' }],
  ['was issued at null', { iat: null }],
  ['is for somebody else', { aud: 'account' }],
  ['is for others', { aud: ['account', 'broker'] }],
  ['is for somebody whose name is longer', { aud: `${AUDIENCE}s` }],
  ['is for somebody in other case', { aud: AUDIENCE.toUpperCase() }],
  ['is for several in one text', { aud: `${AUDIENCE} account` }],
  ['is for a list in a list', { aud: [[AUDIENCE]] }],
  ['is for an object', { aud: { [AUDIENCE]: true } }],
  ['is for nobody', { aud: [] }],
  ['does not say for whom it is', { aud: undefined }],
  ['is an ID token', { typ: 'ID' }],
  ['is a refresh token', { typ: 'Refresh' }],
  ['is an offline token', { typ: 'Offline' }],
  ['is a logout token', { typ: 'Logout' }],
  ['says in other case what it is', { typ: 'bearer' }],
  ['says in a list what it is', { typ: ['Bearer'] }],
  ['names neither subject nor client', { sub: undefined, client_id: undefined }],
  ['has an empty subject', { sub: '' }],
  ['has a subject of 256 characters', { sub: 'x'.repeat(256) }],
  ['has a number as its subject', { sub: 5 }],
  ['has an object as its subject', { sub: {} }],
  ['has NUL in its subject', { sub: 'a\u0000b' }],
  ['has a line break in its subject', { sub: 'a\nb' }],
  ['has half a character in its subject', { sub: 'a\ud800' }],
  ['has a client of 256 characters', { client_id: 'x'.repeat(256) }],
  ['has NUL in its client', { azp: 'a\u0000b' }],
  ['has a number as its client', { azp: 5 }],
  ['has no issuer', { iss: undefined }],
  ['has a number as its issuer', { iss: 5 }],
  ['has a list as its issuer', () => ({ iss: [test.issuers.issuerOf('acme')] })],
  ['has a slash after its issuer', () => ({ iss: `${test.issuers.issuerOf('acme')}/` })],
  ['has a blank after its issuer', () => ({ iss: `${test.issuers.issuerOf('acme')} ` })],
  ['has its issuer in other case', () => ({ iss: test.issuers.issuerOf('acme').toUpperCase() })],
  [
    'has its issuer by another name of the host',
    () => ({ iss: test.issuers.issuerOf('acme').replace('127.0.0.1', 'localhost') }),
  ],
  ['has an issuer above its own', () => ({ iss: test.issuers.url })],
  ['names the tenant as its issuer', { iss: 'acme' }],
  ['names a part of objects as its issuer', { iss: '__proto__' }],
];

describe('a token is taken that', () => {
  it.each(GOOD)('%s', async (_, making) => {
    const caller = await test.as('acme', made(making));
    expect(await caller.get('/applications')).toMatchObject({ status: 200 });
  });
});

describe('a token is refused that', () => {
  it.each(BAD)('%s', async (_, making) => {
    const caller = await test.as('acme', made(making));
    const answer = await caller.get('/applications');
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

it('the leeway is an option', async () => {
  const strict = await startSecureTekton({ KAA_SECURITY_CLOCK_LEEWAY: '0' });
  const expired = await strict.as('acme', { exp: inSeconds(-2) });
  expect((await expired.get('/applications')).status).toBe(401);
  const early = await strict.as('acme', { nbf: inSeconds(60), iat: inSeconds(60) });
  expect((await early.get('/applications')).status).toBe(401);
  expect((await (await strict.as('acme')).get('/applications')).status).toBe(200);
  await strict.stop();
});

it('a tenant without an audience takes tokens for anybody', async () => {
  const tenants = [{ id: 'acme', issuer: test.issuers.issuerOf('acme') }];
  const open = await startSecureTekton({ KAA_TENANCY_TENANTS: JSON.stringify(tenants) });
  for (const aud of [undefined, 'account', ['a', 'b']]) {
    const token = await test.issuers.sign('acme', { aud });
    const headers = { authorization: `Bearer ${token}` };
    expect((await open.rest.get('/applications', { headers })).status).toBe(200);
  }
  await open.stop();
});
