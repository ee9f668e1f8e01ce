import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
});
afterAll(() => test.stop());

type Header = Record<string, unknown>;

const GOOD: [what: string, header: Header][] = [
  ...['RS256', 'PS256', 'ES256'].map((alg): [string, Header] => [`alg ${alg}`, { alg }]),
  ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'].map((typ): [string, Header] => [
    `typ ${typ}`,
    { typ },
  ]),
  ['no typ', { typ: undefined }],
  ['members that are not known', { cty: 'JWT', x: 1, jku: 'http://127.0.0.1:1/keys' }],
];

const BAD: [what: string, header: () => Header][] = [
  ...['JWS', 'JOSE', 'id_token+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', '', 5, ['JWT']].map(
    (typ): [string, () => Header] => [`typ ${JSON.stringify(typ)}`, () => ({ typ })],
  ),
  ...['none', 'HS256', 'HS384', 'HS512'].map((alg): [string, () => Header] => [
    `alg ${alg}`,
    () => ({ alg }),
  ]),
  // The keys of these issuers say which one algorithm they are for (RFC 7517 section 4.4).
  ...['RS384', 'RS512', 'PS384', 'PS512'].map((alg): [string, () => Header] => [
    `alg ${alg} for a key that is for another one`,
    () => ({ alg }),
  ]),
  ['a kid that is not known', () => ({ kid: 'made-up' })],
  ['an empty kid', () => ({ kid: '' })],
  ['a kid that is a number', () => ({ kid: 1 })],
  ['a kid that is a list', () => ({ kid: [test.issuers.kidOf('acme')] })],
  ['a kid that is null', () => ({ kid: null })],
  ['a kid that is part of an object', () => ({ kid: '__proto__' })],
  ['the kid of a key for another algorithm', () => ({ kid: test.issuers.kidOf('acme', 'ES256') })],
  ['the kid of a key of another tenant', () => ({ kid: test.issuers.kidOf('globex') })],
];

describe('a token is taken whose header has', () => {
  it.each(GOOD)('%s', async (_, header) => {
    // As in a token of Keycloak, which says in its payload what it is.
    const token = await test.issuers.sign('acme', { typ: 'Bearer' }, header);
    expect(await bearing(test.rest, token).get('/applications')).toMatchObject({ status: 200 });
  });
});

describe('a token is refused whose header has', () => {
  it.each(BAD)('%s', async (_, header) => {
    const token = await test.issuers.sign('acme', {}, header());
    const answer = await bearing(test.rest, token).get('/applications');
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

/** A good token with another header in its place: its signature is not right any more. */
async function withHeader(header: unknown): Promise<string> {
  const [, ...rest] = (await test.issuers.sign('acme')).split('.');
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
}

describe('a token is refused whose header was replaced by', () => {
  const kid = () => test.issuers.kidOf('acme');
  it.each<[string, () => unknown]>([
    [
      'one of extensions that must be understood',
      () => ({ alg: 'RS256', kid: kid(), crit: ['x'] }),
    ],
    ['one of the extension b64', () => ({ alg: 'RS256', kid: kid(), crit: ['b64'], b64: false })],
    ['one with an empty crit', () => ({ alg: 'RS256', kid: kid(), crit: [] })],
    ['one in other case', () => ({ alg: 'rs256', kid: kid() })],
    ['one without alg', () => ({ kid: kid() })],
    ['one whose alg is a list', () => ({ alg: ['RS256'], kid: kid() })],
    ['one for another family of keys', () => ({ alg: 'ES256', kid: kid() })],
    ['one for another padding', () => ({ alg: 'PS256', kid: kid() })],
    ['None', () => ({ alg: 'None', kid: kid() })],
    ['a number', () => 5],
    ['a list', () => []],
    ['null', () => null],
    ['a text', () => 'RS256'],
  ])('%s', async (_, header) => {
    const answer = await bearing(test.rest, await withHeader(header())).get('/applications');
    expect(answer).toMatchObject({ status: 401 });
  });
});

it('crit is refused though the signature is right', async () => {
  // jose signs only extensions that it is told to understand; b64 is the one it always does.
  const token = await test.issuers.sign('acme', {}, { crit: ['b64'], b64: true });
  expect((await bearing(test.rest, token).get('/applications')).status).toBe(401);
});

it('a key that the token brings along is not taken', async () => {
  const stranger = await startSecureTekton();
  const pem = await stranger.issuers.publicKeyPem('acme');
  const { createPublicKey } = await import('node:crypto');
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const token = await stranger.issuers.sign(
    'acme',
    { iss: test.issuers.issuerOf('acme') },
    { jwk, jku: `${stranger.issuers.issuerOf('acme')}/jwks`, kid: undefined },
  );
  expect((await bearing(test.rest, token).get('/applications')).status).toBe(401);
  expect(stranger.issuers.requests('acme').jwks).toBe(0);
  await stranger.stop();
});

describe('a token without kid', () => {
  it('is taken if the issuer has one key that fits', async () => {
    const token = await test.issuers.sign('acme', {}, { alg: 'ES256', kid: undefined });
    expect((await bearing(test.rest, token).get('/applications')).status).toBe(200);
  });

  it('is refused if the issuer has several that fit', async () => {
    const other = await startSecureTekton();
    await other.issuers.rotateKeys('acme', { keepOld: true });
    const token = await other.issuers.sign('acme', {}, { kid: undefined });
    const answer = await bearing(other.rest, token).get('/applications');
    expect(answer).toMatchObject({ status: 401 });
    await other.stop();
  });
});
