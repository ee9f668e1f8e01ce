import { afterEach, describe, expect, it, vi } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

let test: SecureTekton;
afterEach(async () => {
  vi.useRealTimers();
  await test.stop();
});

const NAMES = ['kettle', 'mirror', 'lamp', 'bulb'] as const;

/** A caller who may read one application only. */
async function readerOf(name: string) {
  const permissions = [{ rsname: `application-${name}`, scopes: ['application:read'] }];
  return test.as('acme', { authorization: { permissions } });
}

/** How calls were judged until now; the counters are the process's, so other tests count too. */
async function countedResults(): Promise<{ verified: number; known: number }> {
  const { text } = await test.management.get('/metrics');
  const count = (result: string) =>
    Number(
      new RegExp(`^tekton_authentications_total{result="${result}"} (\\d+)$`, 'm').exec(
        text,
      )?.[1] ?? 0,
    );
  return { verified: count('verified'), known: count('known') };
}

describe('tokens that were verified', () => {
  it.each(['1', '1500', '1000000'])(
    'are never mixed up, if %s bytes are remembered',
    async (size) => {
      test = await startSecureTekton({ KAA_SECURITY_TOKEN_CACHE: size });
      const creator = await test.as('acme', { scope: 'tenant:application:create' });
      for (const name of NAMES) await creator.post('/applications', { name });
      const readers = await Promise.all(NAMES.map(readerOf));
      for (let round = 0; round < 3; round++) {
        const lists = await Promise.all(readers.map((reader) => reader.get('/applications')));
        const names = lists.map(({ json }) =>
          (json() as { name: string }[]).map(({ name }) => name),
        );
        expect(names).toEqual(NAMES.map((name) => [name]));
      }
    },
  );

  it('are verified once', async () => {
    test = await startSecureTekton();
    const caller = await test.as('acme');
    const before = await countedResults();
    for (let call = 0; call < 3; call++) await caller.get('/applications');
    const after = await countedResults();
    expect(after.verified - before.verified).toBe(1);
    expect(after.known - before.known).toBe(2);
  });

  it('are not found by what only begins or ends alike', async () => {
    test = await startSecureTekton();
    const token = await test.issuers.sign('acme');
    expect((await bearing(test.rest, token).get('/applications')).status).toBe(200);
    for (const other of [`${token}A`, token.slice(0, -1), `A${token}`, `${token}=`]) {
      expect((await bearing(test.rest, other).get('/applications')).status).toBe(401);
    }
  });

  it('are forgotten when they expire', async () => {
    test = await startSecureTekton({ KAA_SECURITY_CLOCK_LEEWAY: '0' });
    const expiry = Math.floor(Date.now() / 1000) + 1000;
    const caller = await test.as('acme', { exp: expiry });
    expect((await caller.get('/applications')).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: (expiry - 1) * 1000 });
    expect((await caller.get('/applications')).status).toBe(200);
    vi.setSystemTime(expiry * 1000);
    expect((await caller.get('/applications')).status).toBe(401);
  });

  it('are good for the leeway too, and no longer', async () => {
    test = await startSecureTekton();
    const expiry = Math.floor(Date.now() / 1000) + 1000;
    const caller = await test.as('acme', { exp: expiry });
    expect((await caller.get('/applications')).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: (expiry + 20) * 1000 });
    expect((await caller.get('/applications')).status).toBe(200);
    vi.setSystemTime((expiry + 60) * 1000);
    expect((await caller.get('/applications')).status).toBe(401);
  });

  it('that were refused are looked at anew', async () => {
    test = await startSecureTekton();
    const start = Math.floor(Date.now() / 1000) + 1000;
    const caller = await test.as('acme', { nbf: start, exp: start + 1000 });
    expect((await caller.get('/applications')).status).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 });
    expect((await caller.get('/applications')).status).toBe(200);
  });

  it('count no more when their scopes are another token’s', async () => {
    test = await startSecureTekton();
    const reader = await test.as('kaa', { scope: 'kaa:application:read' });
    const nobody = await test.as('kaa');
    expect((await reader.get('/app-configs')).status).toBe(200);
    expect((await nobody.get('/app-configs')).status).toBe(403);
    expect((await reader.get('/app-configs')).status).toBe(200);
  });
});

it('keys that were withdrawn are taken for ten minutes at most', async () => {
  test = await startSecureTekton();
  const early = await test.issuers.sign('acme', { sub: 'a' });
  const late = await test.issuers.sign('acme', { sub: 'b' });
  expect((await bearing(test.rest, early).get('/applications')).status).toBe(200);
  await test.issuers.rotateKeys('acme');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
  expect((await bearing(test.rest, late).get('/applications')).status).toBe(401);
});

it('keys that are old are used on while new ones cannot be had', async () => {
  test = await startSecureTekton({ KAA_SECURITY_ISSUER_TIMEOUT: '1' });
  const early = await test.issuers.sign('acme', { sub: 'a' });
  const late = await test.issuers.sign('acme', { sub: 'b' });
  expect((await bearing(test.rest, early).get('/applications')).status).toBe(200);
  test.issuers.setFault('acme', 'refuse');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
  expect((await bearing(test.rest, early).get('/applications')).status).toBe(200);
  expect((await bearing(test.rest, late).get('/applications')).status).toBe(200);
});

it('keys that are older than the option allows are used no more while new ones cannot be had', async () => {
  test = await startSecureTekton({
    KAA_SECURITY_ISSUER_TIMEOUT: '1',
    KAA_SECURITY_STALE_KEYS: '600',
  });
  const early = await test.issuers.sign('acme', { sub: 'a' });
  const late = await test.issuers.sign('acme', { sub: 'b' });
  expect((await bearing(test.rest, early).get('/applications')).status).toBe(200);
  test.issuers.setFault('acme', 'refuse');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 602_000 });
  expect((await bearing(test.rest, late).get('/applications')).status).toBe(503);
});
