import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { found, founderOf, platform } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
beforeEach(async () => {
  // By itself it would not run again while the test does.
  test = await startUmaTekton({ KAA_SECURITY_UMA_RECONCILE_INTERVAL: '86400' });
  realm = test.realm('acme');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

const rounds = () =>
  realm.requests.filter(({ method, query }) => {
    return method === 'GET' && query.get('name') === 'application';
  }).length;

describe('the reconciler', () => {
  it('is woken by a load that creates applications, once it is committed', async () => {
    await expect.poll(rounds).toBe(1);
    const service = await platform(test);
    const load = { tenants: [{ tenantId: 'acme', applications: [{ name: 'a' }, { name: 'b' }] }] };
    expect(await service.put('/bulk?dryRun=true', load)).toMatchObject({ status: 200 });
    expect(realm.resources.all).toHaveLength(1);
    expect(await service.put('/bulk', load)).toMatchObject({ status: 200 });
    await expect.poll(() => realm.resources.all.length).toBe(3);
    expect(await service.put('/bulk', load)).toMatchObject({ status: 200 });
    const owners = realm.resources.all.map(({ owner }) => owner);
    expect(owners).toEqual(['tekton', 'tekton', 'tekton']);
  });

  it('gives to loaded applications what users then are granted', async () => {
    realm.grant('alice', 'application-a', ['application:read']);
    const service = await platform(test);
    const load = { tenants: [{ tenantId: 'acme', applications: [{ name: 'a' }] }] };
    expect(await service.put('/bulk', load)).toMatchObject({ status: 200 });
    await expect.poll(() => realm.resources.named('application-a')).toHaveLength(1);
    const alice = await test.as('acme', 'alice');
    expect(await alice.get('/applications/a')).toMatchObject({ status: 200 });
  });

  it('runs at most once a second, however many calls wake it', async () => {
    const founder = await founderOf(test, 'acme');
    await found(test, 'acme', 'first');
    await expect.poll(rounds).toBe(1);
    intercept(realm, 'resources', (serve, { method }) =>
      method === 'POST' ? { status: 403, body: { error: 'access_denied' } } : serve(),
    );
    const start = Date.now();
    for (let n = 0; n < 40; n++) {
      const refused = await founder.post('/applications', { name: 'kettle' });
      expect(refused).toMatchObject({ status: 503 });
    }
    const seconds = Math.ceil((Date.now() - start) / 1000);
    expect(rounds() - 1).toBeLessThanOrEqual(seconds + 1);
  });
});
