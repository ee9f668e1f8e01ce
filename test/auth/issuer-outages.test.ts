import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../support/rest-client.js';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import type { IssuerFault } from '../support/test-issuers.js';

const FAULTS: IssuerFault[] = ['refuse', 'hang', 'error', 'garbage', 'forbid'];

let test: SecureTekton;
beforeEach(async () => {
  test = await startSecureTekton({
    KAA_SECURITY_ISSUER_TIMEOUT: '1',
    KAA_SECURITY_KEY_REFRESH_INTERVAL: '1',
  });
});
afterEach(() => test.stop());

function callWith(token: string): Promise<Answer> {
  return bearing(test.rest, token).get('/applications');
}

async function statusOf(token: string): Promise<number> {
  return (await callWith(token)).status;
}

function expectUnavailable({ status, headers, text }: Answer): void {
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(headers.get('www-authenticate')).toBeNull();
  // Callers learn nothing of where issuers are.
  expect(text).not.toMatch(/127\.0\.0\.1|realms|acme|jwks/);
}

describe.each(FAULTS)('an issuer that says: %s', (fault) => {
  it('from the start on is waited for, while others are served', async () => {
    test.issuers.setFault('acme', fault);
    const token = await test.issuers.sign('acme');
    expectUnavailable(await callWith(token));
    expect(await statusOf(await test.issuers.sign('globex'))).toBe(200);
    expect((await test.management.get('/health')).status).toBe(200);
    expect((await test.management.get('/health/ready')).status).toBe(200);
    test.issuers.setFault('acme', 'none');
    await expect.poll(() => statusOf(token)).toBe(200);
  });

  it('later on is missed only by those whom nobody knows yet', async () => {
    const known = await test.issuers.sign('acme');
    expect(await statusOf(known)).toBe(200);
    await test.issuers.rotateKeys('acme', { keepOld: true });
    test.issuers.setFault('acme', fault);
    const fresh = await test.issuers.sign('acme');
    // Until its keys may be looked at again, a key that is not known is none.
    await expect.poll(() => statusOf(fresh)).toBe(503);
    expectUnavailable(await callWith(fresh));
    expect(await statusOf(known)).toBe(200);
    expect((await test.management.get('/health')).status).toBe(200);
    test.issuers.setFault('acme', 'none');
    await expect.poll(() => statusOf(fresh)).toBe(200);
  });
});

it('an issuer that is away is not asked by each of many callers', async () => {
  test.issuers.setFault('acme', 'hang');
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, n) => test.issuers.sign('acme', { sub: `s${n}` })),
  );
  const statuses = await Promise.all(tokens.map(statusOf));
  expect(new Set(statuses)).toEqual(new Set([503]));
  expect(test.issuers.requests('acme')).toEqual({ discovery: 1, jwks: 0, token: 0 });
});

it('tokens that are wrong in themselves are refused though the issuer is away', async () => {
  test.issuers.setFault('acme', 'refuse');
  expect(await statusOf(await test.issuers.sign('acme', {}, { alg: 'none' }))).toBe(401);
  expect(await statusOf(await test.issuers.sign('acme', {}, { typ: 'JWS' }))).toBe(401);
  expect(await statusOf('nonsense')).toBe(401);
  expect(test.issuers.requests('acme').discovery).toBe(0);
});

it('metadata of another issuer are not believed', async () => {
  const tenants = [
    { id: 'acme', issuer: `${test.issuers.issuerOf('acme')}/` },
    { id: 'globex', issuer: test.issuers.issuerOf('globex') },
  ];
  const other = await startSecureTekton({ KAA_TENANCY_TENANTS: JSON.stringify(tenants) });
  const token = await test.issuers.sign('acme', { iss: `${test.issuers.issuerOf('acme')}/` });
  expectUnavailable(await bearing(other.rest, token).get('/applications'));
  await other.stop();
});
