import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../support/rest-client.js';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

/** Tokens that are verified at the same time, while the keys of their issuers are being fetched. */
let test: SecureTekton;
beforeEach(async () => {
  test = await startSecureTekton();
});
afterEach(() => test.stop());

const CREATOR = { scope: 'tenant:application:create' };

function tryToCreate(token: string, name: string): Promise<Answer> {
  return bearing(test.rest, token).post('/applications', { name });
}

function many<Item>(count: number, make: (n: number) => Promise<Item>): Promise<Item[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => make(n)));
}

describe('callers who come at the same time', () => {
  it('are all answered', async () => {
    const tokens = await many(20, (n) => test.issuers.sign('acme', { sub: `s${n}` }));
    const answers = await Promise.all(
      tokens.map((token) => bearing(test.rest, token).get('/applications')),
    );
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
  });

  it('are each taken for themselves', async () => {
    const tenants = ['acme', 'globex', 'kaa'] as const;
    const calls = await many(15, async (n) => {
      const tenantId = tenants[n % 3] ?? 'kaa';
      return { tenantId, token: await test.issuers.sign(tenantId, { ...CREATOR, sub: `s${n}` }) };
    });
    const answers = await Promise.all(calls.map(({ token }, n) => tryToCreate(token, `app${n}`)));
    expect(answers.map(({ json }) => json())).toMatchObject(
      calls.map(({ tenantId }) => ({ tenantId })),
    );
  });

  it('are not taken for others whose tokens are good', async () => {
    const good = await many(10, (n) => test.issuers.sign('acme', { ...CREATOR, sub: `s${n}` }));
    const forged = { ...CREATOR, iss: test.issuers.issuerOf('acme') };
    const kid = test.issuers.kidOf('acme');
    const bad = await many(10, (n) =>
      test.issuers.sign('globex', { ...forged, sub: `s${n}` }, { kid }),
    );
    const calls = good.flatMap((token, n) => [
      tryToCreate(token, `good${n}`),
      tryToCreate(bad[n] ?? '', `bad${n}`),
    ]);
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses).toEqual(good.flatMap(() => [201, 401]));
    // Nor afterwards, by what was remembered of the first time.
    const later = await Promise.all(bad.map((token, n) => tryToCreate(token, `later${n}`)));
    expect(later.map(({ status }) => status)).toEqual(bad.map(() => 401));
  });

  it('do not get the scopes of others', async () => {
    const creators = await many(10, (n) => test.issuers.sign('acme', { ...CREATOR, sub: `c${n}` }));
    const others = await many(10, (n) => test.issuers.sign('acme', { sub: `o${n}` }));
    const calls = creators.flatMap((token, n) => [
      tryToCreate(token, `creator${n}`),
      tryToCreate(others[n] ?? '', `other${n}`),
    ]);
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses).toEqual(creators.flatMap(() => [201, 403]));
  });
});
