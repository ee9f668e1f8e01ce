import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AUDIENCE,
  bearing,
  startSecureTekton,
  type SecureTekton,
} from '../support/secure-tekton.js';

const ISSUER = 'https://weak.example.com';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
});
afterAll(() => test.stop());

it('a signature that no curve makes is refused like any that is not right', async () => {
  const [header, claims, signature = ''] = (
    await test.issuers.sign('acme', {}, { alg: 'ES256' })
  ).split('.');
  for (const odd of ['', 'AA', signature.slice(0, -8), signature + signature]) {
    expect(await statusOf([header, claims, odd].join('.'))).toBe(401);
  }
});

it.each(['\uFEFF{}', '{', 'null', '[]', '"a"', '\0'])(
  'a payload of %j is refused, with the key of its issuer named',
  async (payload) => {
    const issuer = test.issuers.issuerOf('acme');
    const header = { alg: 'RS256', typ: 'JWT', kid: test.issuers.kidOf('acme') };
    const text = payload.endsWith('{}') ? payload.replace('{}', `{"iss":"${issuer}"}`) : payload;
    expect(await statusOf([encode(JSON.stringify(header)), encode(text), 'AAAA'].join('.'))).toBe(
      401,
    );
  },
);

it('a permission on what no application is called is one on nothing', async () => {
  const names = [
    'application-a\0b',
    'application-',
    'application-../x',
    `application-${'x'.repeat(5000)}`,
  ];
  const permissions = names.map((rsname) => ({ rsname, scopes: ['application:read'] }));
  const caller = await test.as('acme', { authorization: { permissions } });
  expect(await caller.get('/applications')).toMatchObject({ status: 200, text: '[]' });
  expect(await caller.get('/bulk')).toMatchObject({ status: 200, text: '{"tenants":[]}' });
});

it('an RSA key of 1024 bits vouches for nobody', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', use: 'sig' };
  const keys = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await once(keys.listen(0, '127.0.0.1'), 'listening');
  const jwksUri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
  const other = await startSecureTekton({
    KAA_TENANCY_TENANTS: JSON.stringify([
      { id: 'kaa', issuer: ISSUER, audience: AUDIENCE, jwksUri },
    ]),
  });
  const exp = Math.floor(Date.now() / 1000) + 600;
  const signed = [
    encode(JSON.stringify({ alg: 'RS256', kid: 'weak' })),
    encode(JSON.stringify({ iss: ISSUER, aud: AUDIENCE, sub: 'a', exp })),
  ].join('.');
  const signature = signBytes('sha256', Buffer.from(signed), privateKey).toString('base64url');
  const answer = await bearing(other.rest, `${signed}.${signature}`).get('/applications');
  expect(answer.status).toBe(401);
  await other.stop();
  keys.close();
});

async function statusOf(token: string): Promise<number> {
  return (await bearing(test.rest, token).get('/applications')).status;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
