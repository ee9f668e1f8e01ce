import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, changesOf, found, holder, platform } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
let service: RestClient;
let user: RestClient;
let app: string;
let count = 0;
beforeAll(async () => {
  test = await startUmaTekton({ KAA_SECURITY_ISSUER_TIMEOUT: '1' });
  realm = test.realm('acme');
  service = await platform(test);
});
afterAll(() => test.stop());
beforeEach(async () => {
  count += 1;
  app = `app${count}`;
  await found(test, 'acme', app);
  user = await holder(test, 'acme', app, ALL);
  // Its ID is known then, so that the call itself asks for nothing but the deletion.
  expect(await remove('?dryRun=true')).toMatchObject({ status: 204 });
});
afterEach(() => {
  vi.restoreAllMocks();
  realm.setFault('resources', 'none');
});

const remove = (query = '') => user.delete(`/applications/${app}${query}`);
const resources = () => realm.resources.named(`application-${app}`);

/** The application and its resource are there, and the next message is that of another. */
async function expectNothingDeleted(): Promise<void> {
  realm.setFault('resources', 'none');
  expect(await service.get(`/applications/${app}`)).toMatchObject({ status: 200 });
  expect(resources()).toHaveLength(1);
  const told = test.subscriber.all.filter(({ operation }) => operation === 'delete').length;
  const marker = `marker${count}`;
  await expect.poll(() => found(test, 'acme', marker).then(() => true, String)).toBe(true);
  await expect.poll(() => test.subscriber.all.at(-1)?.appName).toBe(marker);
  const deletions = test.subscriber.all.filter(({ operation }) => operation === 'delete');
  expect(deletions).toHaveLength(told);
  expect(deletions.map(({ appName }) => appName)).not.toContain(app);
}

describe('deleting an application', () => {
  it('deletes its resource, and no other', async () => {
    const name = `application-${app}`;
    const others = [`${name}-2`, `Application-${app}`, `my-${name}`];
    for (const other of others) realm.resources.add({ name: other, owner: 'tekton' });
    realm.rules.knowsExactName = false;
    expect(await remove()).toMatchObject({ status: 204 });
    realm.rules.knowsExactName = true;
    expect(resources()).toEqual([]);
    for (const other of others) expect(realm.resources.named(other)).toHaveLength(1);
    expect(await service.get(`/applications/${app}`)).toMatchObject({ status: 404 });
  });

  it('deletes the resources of all owners', async () => {
    realm.resources.add({ name: `application-${app}`, owner: 'jane', scopes: ALL });
    expect(await remove()).toMatchObject({ status: 204 });
    expect(resources()).toEqual([]);
  });

  it('succeeds if its resource is gone meanwhile', async () => {
    intercept(realm, 'resources', (serve, { method }) => {
      if (method === 'DELETE') for (const { id } of resources()) realm.resources.remove(id);
      return serve();
    });
    expect(await remove()).toMatchObject({ status: 204 });
    expect(await service.get(`/applications/${app}`)).toMatchObject({ status: 404 });
  });

  it('leaves the name to others, with a resource of their own', async () => {
    expect(await remove()).toMatchObject({ status: 204 });
    await found(test, 'globex', app);
    expect(resources()).toEqual([]);
    expect(test.realm('globex').resources.named(`application-${app}`)).toHaveLength(1);
  });

  it('only tried, touches nothing', async () => {
    const before = changesOf(realm);
    const tried = await remove('?dryRun=true');
    expect(tried).toMatchObject({ status: 204 });
    expect(changesOf(realm)).toEqual(before);
    await expectNothingDeleted();
  });

  it('that somebody has changed touches nothing', async () => {
    const before = changesOf(realm);
    const headers = { 'if-match': '"0-0"' };
    const answer = await user.delete(`/applications/${app}`, { headers });
    expect(answer).toMatchObject({ status: 412 });
    expect(changesOf(realm)).toEqual(before);
    await expectNothingDeleted();
  });

  it('twice at a time succeeds once', async () => {
    const answers = await Promise.all([remove(), remove()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
    expect(resources()).toEqual([]);
  });
});

describe('no application is deleted', () => {
  it.each(['refuse', 'hang', 'error', 'garbage', 'forbid'] as const)(
    'if Keycloak fares so: %s',
    async (fault) => {
      realm.setFault('resources', fault);
      expectUnavailable(await remove());
      await expectNothingDeleted();
      expect(await remove()).toMatchObject({ status: 204 });
      expect(resources()).toEqual([]);
    },
  );

  it.each([{ status: 403, body: { error: 'access_denied' } }, { status: 200 }, { status: 500 }])(
    'if its resource is not: %j',
    async (answer) => {
      intercept(realm, 'resources', (serve, { method }) =>
        method === 'DELETE' ? answer : serve(),
      );
      expectUnavailable(await remove());
      vi.restoreAllMocks();
      await expectNothingDeleted();
    },
  );
});

it('deleting one whose answer comes too late leaves it there, with a resource', async () => {
  intercept(realm, 'resources', async (serve, { method }) => {
    const answer = await serve();
    return method === 'DELETE' ? { ...answer, fault: { slowMs: 1500 } } : answer;
  });
  expectUnavailable(await remove());
  await expect.poll(resources).toMatchObject([{ owner: 'founder', type: 'application' }]);
  vi.restoreAllMocks();
  await expectNothingDeleted();
});
