import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { ALL, changesOf, founderOf, idOf, platform } from './grants.js';
import { intercept } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
let founder: RestClient;
let service: RestClient;
let app: string;
let count = 0;
beforeAll(async () => {
  test = await startUmaTekton({ KAA_SECURITY_ISSUER_TIMEOUT: '1' });
  realm = test.realm('acme');
  founder = await founderOf(test, 'acme');
  service = await platform(test);
});
afterAll(() => test.stop());
beforeEach(() => {
  count += 1;
  app = `app${count}`;
});
afterEach(() => {
  vi.restoreAllMocks();
  realm.setFault('resources', 'none');
});

const create = (client = founder, query = '') =>
  client.post(`/applications${query}`, { name: app });
const resources = () => realm.resources.named(`application-${app}`);

/** Nothing is there, and nothing was told: the next message is that of another application. */
async function expectNothingCreated(): Promise<void> {
  realm.setFault('resources', 'none');
  expect(await service.get(`/applications/${app}`)).toMatchObject({ status: 404 });
  const marker = `marker${String(count)}`;
  const told = test.subscriber.all.length;
  await expect
    .poll(async () => (await founder.post('/applications', { name: marker })).status)
    .toBe(201);
  await expect.poll(() => test.subscriber.all.length).toBe(told + 1);
  expect(test.subscriber.all.at(-1)).toMatchObject({ appName: marker });
}

describe('creating an application', () => {
  it('creates its resource, which is the creator’s', async () => {
    const displayName = 'Kettle ☕';
    const created = await founder.post('/applications', { name: app, displayName });
    expect(created).toMatchObject({ status: 201 });
    expect(resources()).toEqual([
      {
        id: idOf(realm, app),
        name: `application-${app}`,
        type: 'application',
        displayName,
        owner: 'founder',
        ownerManagedAccess: true,
        scopes: [...ALL],
      },
    ]);
    const shown = await service.get(`/applications/${app}`);
    expect(shown.headers.get('etag')).toBe(created.headers.get('etag'));
    expect(shown.text).toBe(created.text);
  });

  it('in another tenant leaves the resource to nobody there', async () => {
    expect(await create(service, '?tenantId=acme')).toMatchObject({ status: 201 });
    expect(resources()).toMatchObject([{ owner: 'tekton' }]);
    expect(test.realm('kaa').resources.named(`application-${app}`)).toEqual([]);
  });

  it('in the own tenant makes callers of the system tenant owners, too', async () => {
    expect(await create(service)).toMatchObject({ status: 201 });
    const own = test.realm('kaa').resources.named(`application-${app}`);
    expect(own).toMatchObject([{ owner: 'service' }]);
    expect(resources()).toEqual([]);
  });

  it.each([400, 500] as const)(
    'gives the resource no owner if Keycloak knows none: %s',
    async (status) => {
      const { isOwner } = realm.rules;
      realm.rules.isOwner = (id) => id === 'tekton';
      realm.rules.unknownOwnerStatus = status;
      expect(await create()).toMatchObject({ status: 201 });
      expect(resources()).toMatchObject([{ owner: 'tekton', scopes: [...ALL] }]);
      realm.rules.isOwner = isOwner;
    },
  );

  it('takes a resource that is there already, whoever owns it', async () => {
    const there = realm.resources.add({ name: `application-${app}`, owner: 'jane', scopes: ALL });
    expect(await create()).toMatchObject({ status: 201 });
    expect(resources()).toEqual([there]);
  });

  it('takes a resource that somebody makes at the same time', async () => {
    realm.resources.add({ name: `application-${app}`, owner: 'founder', scopes: ALL });
    let isFirst = true;
    intercept(realm, 'resources', (serve, { method }) => {
      if (method !== 'GET' || !isFirst) return serve();
      isFirst = false;
      return { status: 200, body: [] };
    });
    expect(await create()).toMatchObject({ status: 201 });
    expect(resources()).toHaveLength(1);
  });

  it('only tried, touches nothing', async () => {
    const before = changesOf(realm);
    const tried = await create(founder, '?dryRun=true');
    expect(tried).toMatchObject({ status: 201 });
    expect(tried.headers.get('x-would-notify')).toContain('upsert');
    expect(changesOf(realm)).toEqual(before);
    await expectNothingCreated();
  });

  it('of a taken name leaves the other’s resource alone', async () => {
    await create();
    const before = resources();
    const other = await founderOf(test, 'globex');
    expect(await create(other)).toMatchObject({ status: 409 });
    expect(await create(founder)).toMatchObject({ status: 409 });
    expect(resources()).toEqual(before);
    expect(test.realm('globex').resources.named(`application-${app}`)).toEqual([]);
  });

  it('many at a time, equal and not, leaves one resource for each', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `${app}-${n % 10}`);
    const answers = await Promise.all(names.map((name) => founder.post('/applications', { name })));
    const statuses = answers.map(({ status }) => status).sort();
    const tenTimes = (status: number) => Array.from({ length: 10 }, () => status);
    expect(statuses).toEqual([...tenTimes(201), ...tenTimes(409)]);
    for (const name of names) expect(idOf(realm, name)).not.toBe('');
  });
});

describe('no application is created', () => {
  it.each(['refuse', 'hang', 'error', 'garbage', 'forbid'] as const)(
    'if Keycloak fares so: %s',
    async (fault) => {
      realm.setFault('resources', fault);
      expectUnavailable(await create());
      await expectNothingCreated();
      expect(await create()).toMatchObject({ status: 201 });
      expect(resources()).toHaveLength(1);
    },
  );

  it.each([
    { status: 400, body: { error: 'invalid_request' } },
    { status: 403, body: { error: 'access_denied' } },
    { status: 409, body: { error: 'invalid_request' } },
    { status: 200, body: { _id: 'x' } },
    { status: 201, body: {} },
    { status: 201 },
    { status: 500 },
  ])('if the resource is not: %j', async (answer) => {
    intercept(realm, 'resources', (serve, { method }) => (method === 'POST' ? answer : serve()));
    expectUnavailable(await create());
    vi.restoreAllMocks();
    await expectNothingCreated();
  });

  it('if the answer comes too late; its resource goes again', async () => {
    intercept(realm, 'resources', async (serve, { method }) => {
      const answer = await serve();
      return method === 'POST' ? { ...answer, fault: { slowMs: 1500 } } : answer;
    });
    expectUnavailable(await create());
    await expect.poll(resources).toEqual([]);
    vi.restoreAllMocks();
    await expectNothingCreated();
  });
});
