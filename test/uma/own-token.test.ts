import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, changesOf, found, founderOf, holder } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
let founder: RestClient;

async function start(options: { umaProtection?: boolean } = {}): Promise<void> {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' }, options);
  realm = test.realm('acme');
  founder = await founderOf(test, 'acme');
}
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

describe('the token of Tekton itself', () => {
  beforeEach(() => start());

  it('is one for many requests', async () => {
    await found(test, 'acme', 'a', 'b', 'c');
    expect(realm.count('token')).toBe(1);
  });

  it('is replaced before it expires', async () => {
    realm.tokenSeconds = 2;
    await found(test, 'acme', 'a');
    await expect
      .poll(async () => {
        expect(await founder.delete('/applications/none')).toMatchObject({ status: 404 });
        return realm.count('token');
      })
      .toBeGreaterThan(1);
    const pats = realm.requests.filter(({ kind }) => kind === 'resources');
    expect(new Set(pats.map(({ authorization }) => authorization)).size).toBeGreaterThan(1);
  });

  it.each([401, 403] as const)('is renewed once if it is refused with %s', async (status) => {
    realm.badPatStatus = status;
    await found(test, 'acme', 'a');
    const before = realm.count('token');
    realm.revokeTokens();
    founder = await founderOf(test, 'acme');
    expect(await founder.post('/applications', { name: 'b' })).toMatchObject({ status: 201 });
    // Once for the call, and once more if the reconciler is at it just then.
    expect([before + 1, before + 2]).toContain(realm.count('token'));
    expect(realm.resources.named('application-b')).toHaveLength(1);
  });

  it.each([401, 403] as const)('is not asked for again and again if %s stays', async (status) => {
    await found(test, 'acme', 'a');
    const before = realm.count('token');
    const body = { error: 'invalid_bearer_token' };
    intercept(realm, 'resources', () => ({ status, body }));
    expectUnavailable(await founder.post('/applications', { name: 'b' }));
    // By the call, and by the reconciler that it wakes.
    expect(realm.count('token') - before).toBeLessThanOrEqual(2);
    vi.restoreAllMocks();
    expect(await founder.post('/applications', { name: 'b' })).toMatchObject({ status: 201 });
  });
});

describe('without a token of its own', () => {
  it.each(['refuse', 'error', 'garbage', 'forbid'] as const)(
    'Tekton lets nobody in: %s; and is there again once it has one',
    async (fault) => {
      await start();
      realm.setFault('token', fault);
      expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
      expectUnavailable(await founder.get('/applications/kettle'));
      realm.setFault('token', 'none');
      await expect
        .poll(async () => (await founder.post('/applications', { name: 'kettle' })).status)
        .toBe(201);
    },
  );

  it('nobody is let in if Tekton lacks the role uma_protection', async () => {
    await start({ umaProtection: false });
    realm.resources.add({ name: 'application-kettle', owner: 'tekton', scopes: ALL });
    const user = await holder(test, 'acme', 'kettle', ALL);
    expectUnavailable(await user.get('/applications/kettle'));
    expectUnavailable(await founder.post('/applications', { name: 'kettle' }));
    expect(changesOf(realm)).toEqual([]);
  });
});
