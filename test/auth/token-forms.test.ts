import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton({ KAA_SECURITY_TOKEN_LIMIT: '4096', HTTP_HEADER_LIMIT: '32768' });
});
afterAll(() => test.stop());

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** The parts of a good token. */
async function parts(): Promise<[header: string, payload: string, signature: string]> {
  const [header = '', payload = '', signature = ''] = (await test.issuers.sign('acme')).split('.');
  return [header, payload, signature];
}

/** The answer to a request with this header, written byte by byte. */
async function statusOfRaw(header: Buffer): Promise<string> {
  const { hostname, port } = new URL(test.rest.baseUrl);
  const socket = connect(Number(port), hostname);
  socket.write('GET /api/v1/applications HTTP/1.1\r\nHost: x\r\nConnection: close\r\n');
  socket.write(Buffer.concat([Buffer.from('Authorization: '), header, Buffer.from('\r\n\r\n')]));
  return (await text(socket)).split('\r\n')[0] ?? '';
}

describe('what is no JWT is refused', () => {
  it.each<[string, (...good: Awaited<ReturnType<typeof parts>>) => string]>([
    ['one word', () => 'abc'],
    ['dots', () => '...'],
    ['one dot', (header, payload) => `${header}.${payload}`],
    ['no signature', (header, payload) => `${header}.${payload}.`],
    ['four parts', (...good) => `${good.join('.')}.${good[2]}`],
    ['five parts, as if encrypted', (...good) => `${good.join('.')}.a.b`],
    ['an empty header', (_, payload, signature) => `.${payload}.${signature}`],
    ['an empty payload', (header, _, signature) => `${header}..${signature}`],
    ['another payload', (h, _, s) => `${h}.${encode({ iss: test.issuers.issuerOf('acme') })}.${s}`],
    ['a payload that is no JSON', (h, _, s) => `${h}.${encode('{').slice(1)}.${s}`],
    ['a payload that is a list', (h, _, s) => `${h}.${encode([])}.${s}`],
    ['a payload that is null', (h, _, s) => `${h}.${encode(null)}.${s}`],
    ['a payload that is a number', (h, _, s) => `${h}.${encode(5)}.${s}`],
    ['a signature cut short', (h, p, s) => `${h}.${p}.${s.slice(0, -2)}`],
    ['another signature', (h, p, s) => `${h}.${p}.${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`],
    ['a longer signature', (...good) => `${good.join('.')}AAAA`],
    ['padding', (...good) => `${good.join('.')}==`],
    ['standard base64', (h, p, s) => `${h}.${p}.${s.replaceAll('-', '+').replaceAll('_', '/')}+/`],
    ['many dots', () => '.'.repeat(4000)],
    ['many letters', () => 'a'.repeat(4000)],
    ['a deep header', (_, p, s) => `${encode('['.repeat(1000))}.${p}.${s}`],
  ])('%s', async (_, make) => {
    const answer = await bearing(test.rest, make(...(await parts()))).get('/applications');
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

describe('the header Authorization', () => {
  it.each<[number, string, (token: string) => string]>([
    [200, 'in the usual form', (token) => `Bearer ${token}`],
    [200, 'with the scheme in small letters', (token) => `bearer ${token}`],
    [200, 'with the scheme in capitals', (token) => `BEARER ${token}`],
    [200, 'with several blanks', (token) => `Bearer   ${token}`],
    [401, 'without a scheme', (token) => token],
    [401, 'with the scheme alone', () => 'Bearer'],
    [401, 'with another scheme', (token) => `Token ${token}`],
    [401, 'with Basic', (token) => `Basic ${btoa(`user:${token}`)}`],
    [401, 'with a scheme that begins alike', (token) => `Bearers ${token}`],
    [401, 'with two tokens', (token) => `Bearer ${token} ${token}`],
    [401, 'with two tokens and a comma', (token) => `Bearer ${token},Bearer ${token}`],
    [401, 'with quotes', (token) => `Bearer "${token}"`],
    [401, 'with a tab', (token) => `Bearer\t${token}`],
    [401, 'with a colon', (token) => `Bearer: ${token}`],
    [401, 'that is empty', () => ''],
  ])('is answered with %i %s', async (status, _, make) => {
    const authorization = make(await test.issuers.sign('acme'));
    const answer = await test.rest.get('/applications', { headers: { authorization } });
    expect(answer).toMatchObject({ status });
    if (status === 401) {
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="tekton"/);
    }
  });

  it.each([
    ['other bytes than ASCII', Buffer.from('Bearer zoë.☕.é')],
    ['bytes of no character', Buffer.from([...Buffer.from('Bearer '), 0xff, 0xfe, 0x80])],
  ])('with %s is refused', async (_, header) => {
    expect(await statusOfRaw(header)).toBe('HTTP/1.1 401 Unauthorized');
  });

  it('twice is not taken as either', async () => {
    const token = await test.issuers.sign('acme');
    const twice = Buffer.from(`Bearer nonsense\r\nAuthorization: Bearer ${token}`);
    expect(await statusOfRaw(twice)).not.toContain(' 200 ');
  });
});

describe('the limit of tokens', () => {
  const withLength = async (length: number): Promise<string> => {
    const plain = await test.issuers.sign('acme', { filler: '' });
    // Base64 needs four letters for three.
    const filler = 'x'.repeat(Math.floor(((length - plain.length) * 3) / 4));
    return test.issuers.sign('acme', { filler });
  };

  it.each([
    [4000, 200],
    [4200, 401],
    [20_000, 401],
  ])('of about %i bytes is held', async (length, status) => {
    const answer = await bearing(test.rest, await withLength(length)).get('/applications');
    expect(answer).toMatchObject({ status });
  });

  it('is the headers’ if that is reached first', async () => {
    const answer = await bearing(test.rest, 'x'.repeat(40_000)).get('/applications');
    expect(answer.status).toBe(431);
  });
});

describe('a token elsewhere than in its header', () => {
  it.each(['/applications', '/applications/kettle', '/bulk', '/service-instances'])(
    'is refused in the URL of %s, also beside a good one',
    async (path) => {
      const token = await test.issuers.sign('acme');
      for (const client of [test.rest, bearing(test.rest, token)]) {
        for (const query of [
          `access_token=${token}`,
          'access_token=',
          'access_token=a&access_token=b',
        ]) {
          const answer = await client.get(`${path}?${query}`);
          expect(answer).toMatchObject({ status: 400 });
          expect(answer.text).not.toContain(token);
          expect(answer.headers.get('www-authenticate')).toContain('error="invalid_request"');
        }
      }
    },
  );

  it('is not looked for in a form or a cookie', async () => {
    const token = await test.issuers.sign('acme', { scope: 'tenant:application:create' });
    const inForm = await test.rest.post('/applications', `access_token=${token}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(inForm.status).toBe(401);
    const headers = { cookie: `access_token=${token}; Authorization=Bearer ${token}` };
    expect((await test.rest.get('/applications', { headers })).status).toBe(401);
  });
});
