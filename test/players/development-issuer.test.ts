import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTVerifyResult,
} from 'jose';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { TestIssuers } from '../support/test-issuers.js';

const PERMISSIONS = [{ rsname: 'application-kettle', scopes: ['application:read'] }];
const TENANTS = [
  {
    id: 'acme',
    clients: [
      { clientId: 'dashboard', clientSecret: 'shh', scopes: ['a:read', 'a:write'] },
      { clientId: 'gadget', clientSecret: 's', scopes: [], permissions: PERMISSIONS },
    ],
  },
  { id: 'globex', audience: 'api', clients: [{ clientId: 'x', clientSecret: 's', scopes: ['b'] }] },
];

let issuers: TestIssuers;

beforeEach(async () => {
  issuers = await TestIssuers.start({ tenants: TENANTS, tokenSeconds: 600 });
});
afterEach(() => issuers.stop());

async function discover(tenantId: string, base = issuers.issuerOf(tenantId)) {
  const response = await fetch(`${base}/.well-known/openid-configuration`);
  return (await response.json()) as Record<string, unknown> & { jwks_uri: string };
}

/** As a resource server does that has no keys yet. */
async function verify(tenantId: string, token: string): Promise<JWTVerifyResult> {
  const { jwks_uri: uri } = await discover(tenantId);
  return jwtVerify(token, createRemoteJWKSet(new URL(uri)), {
    issuer: issuers.issuerOf(tenantId),
    algorithms: ['RS256', 'PS256', 'ES256'],
  });
}

test('a token says who issued it, for whom, and all that its client may do', async () => {
  const token = await issuers.token('acme', 'dashboard');
  const { payload, protectedHeader } = await verify('acme', token);
  const { iat = 0 } = payload;
  expect(payload).toMatchObject({
    iss: issuers.issuerOf('acme'),
    aud: 'tekton',
    sub: 'dashboard',
    client_id: 'dashboard',
    scope: 'a:read a:write',
    exp: iat + 600,
  });
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: issuers.kidOf('acme') });
});

test('a client gets of what it asks for only what it may have', async () => {
  expect(decodeJwt(await issuers.token('acme', 'dashboard', 'a:write b'))).toMatchObject({
    scope: 'a:write',
  });
  expect(decodeJwt(await issuers.token('globex', 'x'))).toMatchObject({ scope: 'b', aud: 'api' });
  const { authorization, scope } = decodeJwt(await issuers.token('acme', 'gadget'));
  expect({ authorization, scope }).toEqual({ authorization: { permissions: PERMISSIONS } });
});

test('a client is refused with a wrong secret, and at the issuer of another tenant', async () => {
  for (const [tenantId, secret] of [
    ['acme', 'wrong'],
    ['globex', 'shh'],
  ]) {
    const response = await fetch(`${issuers.issuerOf(tenantId ?? '')}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`dashboard:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'invalid_client' });
  }
});

test('discovery names the URLs of this issuer, by whichever name it was asked', async () => {
  const issuer = issuers.issuerOf('acme');
  for (const base of [issuer, issuer.replace('127.0.0.1', 'localhost')]) {
    const document = await discover('acme', base);
    expect(document.issuer).toBe(issuer);
    const urls = Object.entries(document).filter(([name]) => /_(endpoint|uri)$/.test(name));
    expect(urls.map(([name]) => name)).toEqual(
      expect.arrayContaining(['token_endpoint', 'jwks_uri']),
    );
    for (const [, url] of urls) expect(url).toMatch(new RegExp(`^${issuer}/\\w`));
  }
});

describe('a key of a test', () => {
  it.each(['RS256', 'PS256', 'ES256'])('verifies by the published keys: %s', async (alg) => {
    const token = await issuers.sign('acme', { sub: 'jane', aud: undefined }, { alg, typ: 'JWT' });
    const { payload, protectedHeader } = await verify('acme', token);
    expect(payload.sub).toBe('jane');
    expect(payload).not.toHaveProperty('aud');
    expect(protectedHeader).toMatchObject({ alg, typ: 'JWT' });
  });

  it('is another one for each tenant', async () => {
    const token = await issuers.sign('globex', { iss: issuers.issuerOf('acme') });
    await expect(verify('acme', token)).rejects.toThrow(/no applicable key/);
  });

  it.each(['none', 'HS256'])('also makes what must be refused: %s', async (alg) => {
    const token = await issuers.sign('acme', {}, { alg });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg });
    await expect(verify('acme', token)).rejects.toThrow();
  });
});

test('after a rotation new tokens have the new key, and old ones verify if it was kept', async () => {
  const before = await issuers.token('acme', 'dashboard');
  await issuers.rotateKeys('acme', { keepOld: true });
  const between = await issuers.token('acme', 'dashboard');
  expect(decodeProtectedHeader(between).kid).not.toBe(decodeProtectedHeader(before).kid);
  await verify('acme', before);
  await verify('acme', between);
  await issuers.rotateKeys('acme');
  await verify('acme', await issuers.sign('acme'));
  await expect(verify('acme', between)).rejects.toThrow(/no applicable key/);
});

test('requests are counted for each tenant', async () => {
  await verify('acme', await issuers.token('acme', 'dashboard'));
  expect(issuers.requests('acme')).toEqual({ discovery: 1, jwks: 1, token: 1 });
  expect(issuers.requests('globex')).toEqual({ discovery: 0, jwks: 0, token: 0 });
});

test('a tenant’s issuer breaks as it is told to, and the other one serves on', async () => {
  const discovery = `${issuers.issuerOf('acme')}/.well-known/openid-configuration`;
  const ask = () => fetch(discovery, { signal: AbortSignal.timeout(300) });
  issuers.setFault('acme', 'refuse');
  await expect(ask()).rejects.toThrow('fetch failed');
  issuers.setFault('acme', 'hang');
  await expect(ask()).rejects.toThrow(/timeout/);
  issuers.setFault('acme', 'error');
  expect((await ask()).status).toBe(500);
  issuers.setFault('acme', 'garbage');
  expect(await (await ask()).text()).toContain('<h1>');
  await verify('globex', await issuers.token('globex', 'x'));
  issuers.setFault('acme', 'none');
  await verify('acme', await issuers.token('acme', 'dashboard'));
  expect(issuers.requests('acme').discovery).toBe(5);
});
