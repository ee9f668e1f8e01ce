import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

let test: SecureTekton;
afterEach(() => test.stop());

async function statusOf(token: string): Promise<number> {
  return (await bearing(test.rest, token).get('/applications')).status;
}

const madeUp = (count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) => test.issuers.sign('acme', {}, { kid: `made-up-${n}` })),
  );

describe('while keys may be fetched every second', () => {
  beforeEach(async () => {
    test = await startSecureTekton({ KAA_SECURITY_KEY_REFRESH_INTERVAL: '1' });
  });

  it.each([true, false])('new keys are found; old ones published still: %s', async (keepOld) => {
    const [used, unused] = [
      await test.issuers.sign('acme', { sub: 'a' }),
      await test.issuers.sign('acme', { sub: 'b' }),
    ];
    expect(await statusOf(used)).toBe(200);
    await test.issuers.rotateKeys('acme', { keepOld });
    const fresh = await test.issuers.sign('acme');
    await expect.poll(() => statusOf(fresh)).toBe(200);
    expect(await statusOf(unused)).toBe(keepOld ? 200 : 401);
    // It was verified while its key was good.
    expect(await statusOf(used)).toBe(200);
  });

  it('a key that came by is found without a made-up one being taken', async () => {
    expect(await statusOf(await test.issuers.sign('acme'))).toBe(200);
    const [token = ''] = await madeUp(1);
    await expect
      .poll(async () => {
        expect(await statusOf(token)).toBe(401);
        return test.issuers.requests('acme').jwks;
      })
      .toBeGreaterThan(1);
  });

  it('keys of one tenant are no keys of another, before and after', async () => {
    const claims = { iss: test.issuers.issuerOf('acme') };
    const forged = () => test.issuers.sign('globex', claims);
    expect(await statusOf(await forged())).toBe(401);
    await test.issuers.rotateKeys('globex');
    expect(await statusOf(await test.issuers.sign('acme'))).toBe(200);
    expect(await statusOf(await forged())).toBe(401);
  });
});

describe('while keys may be fetched rarely', () => {
  beforeEach(async () => {
    test = await startSecureTekton({ KAA_SECURITY_KEY_REFRESH_INTERVAL: '3600' });
  });

  it('a flood of made-up key IDs makes it ask no more, and keeps nobody out', async () => {
    const good = await test.issuers.sign('acme');
    expect(await statusOf(good)).toBe(200);
    const flood = (await madeUp(200)).map(statusOf);
    const others = Array.from({ length: 20 }, async (_, n) =>
      statusOf(await test.issuers.sign('acme', { sub: `s${n}` })),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
    expect(new Set(await Promise.all([...others, statusOf(good)]))).toEqual(new Set([200]));
    expect(test.issuers.requests('acme')).toEqual({ discovery: 1, jwks: 1, token: 0 });
  });

  it('a flood before anything is known asks once', async () => {
    const good = await test.issuers.sign('acme');
    const flood = (await madeUp(200)).map(statusOf);
    expect(await statusOf(good)).toBe(200);
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
    expect(test.issuers.requests('acme')).toEqual({ discovery: 1, jwks: 1, token: 0 });
  });

  it('one tenant’s flood does not keep another’s new keys from being fetched', async () => {
    await Promise.all((await madeUp(50)).map(statusOf));
    expect(await statusOf(await test.issuers.sign('globex'))).toBe(200);
    expect(test.issuers.requests('globex').jwks).toBe(1);
    expect(test.issuers.requests('kaa').jwks).toBe(0);
  });

  it('issuers that no tenant has are not asked for anything', async () => {
    const iss = `${test.issuers.url}/realms/nobody`;
    expect(await statusOf(await test.issuers.sign('acme', { iss }))).toBe(401);
    expect(test.issuers.requests('nobody')).toEqual({ discovery: 0, jwks: 0, token: 0 });
    expect(test.issuers.requests('acme')).toEqual({ discovery: 0, jwks: 0, token: 0 });
  });
});
