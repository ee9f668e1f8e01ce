import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedServer } from '../support/played-server.js';
import { bearing } from '../support/secure-tekton.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const ISSUER = 'https://issuer.example.com';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const WEAK_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ED = generateKeyPairSync('ed25519');
const CURVES = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ES256K: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
};
const SECRET = 'a secret that everybody can read';

/** Keys of all kinds, of which few say what they are for. */
const KEYS = [
  published('rsa', RSA.publicKey),
  published('weak', WEAK_RSA.publicKey),
  published('ed', ED.publicKey, { alg: 'EdDSA' }),
  ...Object.entries(CURVES).map(([name, { publicKey }]) => published(name, publicKey)),
  published('for-encryption', RSA.publicKey, { use: 'enc' }),
  published('for-signing-only', RSA.publicKey, { key_ops: ['sign'] }),
  { kty: 'oct', kid: 'secret', k: Buffer.from(SECRET).toString('base64url') },
  { kty: 'RSA', kid: 'half', e: 'AQAB' },
  { kty: 'new', kid: 'unknown' },
];

function published(kid: string, key: KeyObject, more: object = {}): object {
  return { ...key.export({ format: 'jwk' }), kid, ...more };
}

let issuer: PlayedServer;
let test: TestTekton;
beforeAll(async () => {
  issuer = await PlayedServer.start(() => ({ status: 200, body: { keys: KEYS } }));
  test = await startWith(`${issuer.url}/keys`);
});
afterAll(async () => {
  await test.stop();
  await issuer.stop();
});

function startWith(jwksUri: string, environment: Record<string, string> = {}): Promise<TestTekton> {
  return startTestTekton({
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANCY_TENANTS: JSON.stringify([{ id: 'acme', issuer: ISSUER, jwksUri }]),
    ...environment,
  });
}

function signed(alg: string, kid: string | undefined, key: KeyObject | Uint8Array) {
  return new SignJWT({ iss: ISSUER, sub: 'somebody' })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .setExpirationTime('1h')
    .sign(key);
}

async function statusOf(token: string): Promise<number> {
  return (await bearing(test.rest, token).get('/applications')).status;
}

describe('keys from the address that the settings give', () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'verify %s if they do not say what they are for',
    async (alg) => {
      expect(await statusOf(await signed(alg, 'rsa', RSA.privateKey))).toBe(200);
    },
  );

  it.each(['ES256', 'ES384', 'ES512'] as const)('verify %s', async (alg) => {
    expect(await statusOf(await signed(alg, alg, CURVES[alg].privateKey))).toBe(200);
    expect(await statusOf(await signed(alg, undefined, CURVES[alg].privateKey))).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['EdDSA', () => signed('EdDSA', 'ed', ED.privateKey)],
    ['HS256 with a secret that stands there', () => signed('HS256', 'secret', Buffer.from(SECRET))],
    ['a key for encryption', () => signed('RS256', 'for-encryption', RSA.privateKey)],
    ['a key that is not for verifying', () => signed('RS256', 'for-signing-only', RSA.privateKey)],
    ['half a key', () => signed('RS256', 'half', RSA.privateKey)],
    ['a key of an unknown kind', () => signed('RS256', 'unknown', RSA.privateKey)],
    ['a key of another kind', () => signed('RS256', 'ES256', RSA.privateKey)],
    ['a key of another curve', () => signed('ES256', 'ES384', CURVES.ES256.privateKey)],
    ['another key', () => signed('RS256', 'weak', RSA.privateKey)],
  ])('do not verify %s', async (_, make) => {
    expect(await statusOf(await make())).toBe(401);
  });
});

it('an answer without an end is not read for long', async () => {
  let sent = 0;
  const endless = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(1024 * 1024, '[');
    const send = () => {
      while (!response.destroyed && sent < 512 * chunk.length) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on('drain', send);
    send();
  }).listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const { port } = endless.address() as AddressInfo;
  const other = await startWith(`http://127.0.0.1:${port}/keys`);
  const token = await signed('RS256', 'rsa', RSA.privateKey);
  expect((await bearing(other.rest, token).get('/applications')).status).toBe(503);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  await other.stop();
  endless.close();
  endless.closeAllConnections();
});
