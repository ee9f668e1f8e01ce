import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

/** Where a configuration may stand in a read with revisions. */
interface Place {
  configRevision?: number;
  configETag?: string;
}

const FILES = {
  cmx: {
    kaa: {
      applications: {
        kettle: { a: 1, versions: { 'kettle-v1': { b: 2 }, 'kettle-v2': {} } },
        lamp: { c: 3 },
      },
    },
  },
  epts: { kaa: { applications: { kettle: { autoExtraction: true } } } },
};

describe('loading configurations', () => {
  it('creates what is missing, and tells it in the fewest messages', async () => {
    const loaded = await test.rest.post('/app-configs?tenantId=acme', FILES);
    expect(loaded.status).toBe(200);
    expect(loaded.json()).toEqual({
      applications: { created: 2 },
      appVersions: { created: 2 },
      configurations: { created: 4, updated: 0, deleted: 0, unchanged: 0 },
    });
    expect(await test.subscriber.summaries(3)).toEqual([
      'broadcast upsert tekton: acme - -',
      'targeted upsert cmx: acme - -',
      'targeted upsert epts: acme kettle - r1',
    ]);
    expect((await test.rest.get('/applications/kettle')).json()).toMatchObject({
      tenantId: 'acme',
      appVersions: ['kettle-v1', 'kettle-v2'],
    });
  });

  it('of what was exported changes nothing and tells nobody', async () => {
    const exported = await test.rest.get('/app-configs?tenantId=acme');
    expect(exported.json()).toEqual({
      ...FILES,
      epts: {
        kaa: {
          applications: {
            kettle: { autoExtraction: true, versions: { 'kettle-v1': {}, 'kettle-v2': {} } },
          },
        },
      },
    });
    for (const mode of ['merge', 'replace']) {
      const loaded = await test.rest.post(`/app-configs?tenantId=acme&mode=${mode}`, exported.text);
      expect(loaded.json()).toMatchObject({
        configurations: { created: 0, updated: 0, deleted: 0, unchanged: 4 },
      });
    }
    expect((await test.rest.get('/app-configs?tenantId=acme')).text).toBe(exported.text);
  });

  it('is told as narrowly as it is', async () => {
    const change = (applications: object) =>
      test.rest.post('/app-configs?tenantId=acme', { cmx: { kaa: { applications } } });
    await change({ kettle: { versions: { 'kettle-v1': { b: 3 } } } });
    await change({ kettle: { a: 2, versions: { 'kettle-v1': { b: 4 } } } });
    await change({ kettle: { a: 2, versions: { 'kettle-v9': {} } } });
    expect(await test.subscriber.summaries(3)).toEqual([
      'targeted upsert cmx: acme kettle kettle-v1 r2',
      'targeted upsert cmx: acme kettle -',
      'broadcast upsert tekton: acme kettle kettle-v9',
    ]);
  });

  it('can replace: what is not named is deleted and told one by one, before the upserts', async () => {
    await test.rest.put('/app-configs/applications/lamp?serviceInstanceName=cmx-ota', {});
    await test.subscriber.take(1);
    const loaded = await test.rest.post('/app-configs?tenantId=acme&mode=replace', {
      cmx: { kaa: { applications: { kettle: { a: 5 }, lamp: {} } } },
      'cmx-ota': { kaa: { applications: { lamp: {} } } },
    });
    expect(loaded.json()).toMatchObject({
      configurations: { created: 0, updated: 1, deleted: 2, unchanged: 0 },
    });
    expect(await test.subscriber.summaries(3)).toEqual([
      'targeted delete cmx: acme kettle kettle-v1 r4',
      'targeted delete cmx: acme lamp - r2',
      'targeted upsert cmx: acme kettle - r3',
    ]);
    // Named with nothing left: an empty one stays, and no application goes.
    const lamp = await test.rest.get('/app-configs/applications/lamp');
    expect(lamp.text).toBe('{"cmx-ota":{}}');
    const epts = await test.rest.get('/app-configs/applications/kettle?serviceInstanceName=epts');
    expect(epts.status).toBe(200);
  });

  it('stores nothing if anything is wrong, and tells every fault with its place', async () => {
    const before = (await test.rest.get('/bulk')).text;
    const refused = await test.rest.post('/app-configs', {
      none: {},
      cmx: { kaa: { applications: { fresh: { ok: 1, versions: { 'other-v1': {} } }, NO: {} } } },
      epts: { kaa: { applications: { fresh: { autoExtraction: 1 } }, more: 1 } },
      'cmx-ota': [],
    });
    expect(refused.status).toBe(400);
    const { errors } = refused.json() as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/cmx-ota',
      '/cmx/kaa/applications/NO',
      '/cmx/kaa/applications/fresh/versions/other-v1',
      '/epts/kaa/applications/fresh/autoExtraction',
      '/epts/kaa/more',
      '/none',
    ]);
    const taken = await test.rest.post('/app-configs', {
      cmx: { kaa: { applications: { kettle: { a: 1 }, 'ket-tle': {}, brandnew: { a: 1 } } } },
    });
    expect(taken.json()).toMatchObject({
      errors: [{ path: '/cmx/kaa/applications/kettle' }, { path: '/cmx/kaa/applications/ket-tle' }],
    });
    expect((await test.rest.get('/bulk')).text).toBe(before);
  });

  it('lists no more faults than anybody reads', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => [`none${index}`, {}]);
    const refused = await test.rest.post('/app-configs', Object.fromEntries(names));
    expect(refused.status).toBe(400);
    const { message, errors } = refused.json() as { message: string; errors: unknown[] };
    expect(errors).toHaveLength(1000);
    expect(message).toContain('the first 1000 faults');
  });

  it('can be tried', async () => {
    const before = (await test.rest.get('/bulk')).text;
    const tried = await test.rest.post('/app-configs?tenantId=acme&dryRun=true', {
      cmx: { kaa: { applications: { tried: { a: 1 } } } },
    });
    expect(tried.json()).toMatchObject({ applications: { created: 1 } });
    expect(tried.headers.get('x-dry-run')).toBe('true');
    expect(tried.headers.get('x-would-notify')).toBe(
      'kaa.v1.events.tekton.service.configuration.upsert, kaa.v1.service.cmx.scmp.configuration.upsert',
    );
    expect((await test.rest.get('/bulk')).text).toBe(before);
  });
});

describe('a bulk read', () => {
  let cluster: TestTekton;
  beforeAll(async () => {
    cluster = await startTestTekton();
    await cluster.rest.post('/app-configs?tenantId=acme', FILES);
    await cluster.rest.put('/tenant-configs?tenantId=acme', { cmx: { t: 1 }, epts: { t: 2 } });
    await cluster.rest.post('/applications', { name: 'other', description: 'Text' });
  });
  afterAll(() => cluster.stop());

  const read = async (query: string) => (await cluster.rest.get(`/bulk${query}`)).json();

  it('holds all that a replica of one instance needs', async () => {
    expect(await read('?serviceInstanceName=cmx')).toEqual({
      serviceInstanceName: 'cmx',
      tenants: [
        {
          tenantId: 'acme',
          config: { t: 1 },
          applications: [
            {
              name: 'kettle',
              displayName: 'kettle',
              config: { a: 1 },
              appVersions: [
                { name: 'kettle-v1', displayName: 'kettle-v1', config: { b: 2 } },
                { name: 'kettle-v2', displayName: 'kettle-v2' },
              ],
            },
            { name: 'lamp', displayName: 'lamp', config: { c: 3 } },
          ],
        },
        {
          tenantId: 'kaa',
          applications: [{ name: 'other', displayName: 'other', description: 'Text' }],
        },
      ],
    });
  });

  it('says which revision each configuration has, and its ETag, if asked for', async () => {
    const config = '/app-configs/applications/lamp?serviceInstanceName=cmx';
    const tag = async (path: string) => (await cluster.rest.get(path)).headers.get('etag');
    const answer = await read('?serviceInstanceName=cmx&tenantId=acme&revisions=true');
    expect(answer).toMatchObject({
      tenants: [
        {
          configRevision: 1,
          configETag: await tag('/tenant-configs?tenantId=acme&serviceInstanceName=cmx'),
          applications: [
            {
              configRevision: 1,
              appVersions: [{ name: 'kettle-v1', configRevision: 1 }, { name: 'kettle-v2' }],
            },
            { config: { c: 3 }, configRevision: 1, configETag: await tag(config) },
          ],
        },
      ],
    });
    expect(JSON.stringify(answer).match(/configETag/g)).toHaveLength(4);
  });

  it.each([
    ['maybe', 'must be a boolean'],
    ['true', 'add serviceInstanceName'],
  ])('without an instance does not take revisions=%s', async (revisions, fault) => {
    const answer = await cluster.rest.get(`/bulk?revisions=${revisions}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      errors: [{ path: 'revisions', message: expect.stringContaining(fault) as string }],
    });
  });

  it('is narrowed by tenant, application and level', async () => {
    expect(await read('?tenantId=kaa&serviceInstanceName=epts')).toMatchObject({
      tenants: [{ tenantId: 'kaa' }],
    });
    const narrow = await read('?appName=lamp,none&appName=other&include=tenantConfigs');
    expect(narrow).toEqual({
      tenants: [
        {
          tenantId: 'acme',
          configs: { cmx: { t: 1 }, epts: { t: 2 } },
          applications: [{ name: 'lamp', displayName: 'lamp' }],
        },
        {
          tenantId: 'kaa',
          applications: [{ name: 'other', displayName: 'other', description: 'Text' }],
        },
      ],
    });
    expect(await read('?tenantId=nobody')).toEqual({ tenants: [] });
    expect((await cluster.rest.get('/bulk?serviceInstanceName=none')).status).toBe(404);
    expect((await cluster.rest.get('/bulk?include=everything')).status).toBe(400);
  });

  it('has the position it is consistent with, and an ETag that holds until something changes', async () => {
    await cluster.subscriber.take(6);
    const first = await cluster.rest.get('/bulk');
    expect(first.headers.get('x-position')).toBe('6');
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const known = await cluster.rest.get('/bulk', { headers });
    expect(known.status).toBe(304);
    expect(known.text).toBe('');
    expect((await cluster.rest.get('/bulk?tenantId=kaa', { headers })).status).toBe(200);
    await cluster.rest.put('/app-configs/applications/other?serviceInstanceName=cmx', { n: 1 });
    expect((await cluster.rest.get('/bulk', { headers })).status).toBe(200);
  });

  it('is not taken back if anything stands in it twice, or is missing', async () => {
    const version = { name: 'twice-v1', configs: { cmx: {} } };
    const application = { name: 'twice', appVersions: [version, version] };
    const tenant = { tenantId: 'acme', applications: [application, application] };
    const refused = await cluster.rest.put('/bulk', { tenants: [tenant, tenant] });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({
      errors: [
        { path: '/tenants/0/applications/0/appVersions/1/name' },
        { path: '/tenants/0/applications/1/name' },
        { path: '/tenants/1/tenantId' },
      ],
    });
    const empty = await cluster.rest.put('/bulk', {});
    expect(empty.json()).toMatchObject({ errors: [{ path: '/tenants' }] });
  });

  it('taken back clears a description that is null', async () => {
    const put = (description?: string | null) =>
      cluster.rest.put('/bulk', {
        tenants: [{ tenantId: 'kaa', applications: [{ name: 'other', description }] }],
      });
    const description = async () =>
      ((await cluster.rest.get('/applications/other')).json() as { description: unknown })
        .description;
    await put();
    expect(await description()).toBe('Text');
    await put(null);
    expect(await description()).toBeNull();
    await put('Text');
    expect(await description()).toBe('Text');
    await cluster.subscriber.take(2);
  });

  it('copies a cluster into an empty one', async () => {
    const whole = await cluster.rest.get('/bulk');
    const empty = await startTestTekton();
    const put = await empty.rest.put('/bulk', whole.text);
    expect(put.json()).toMatchObject({ applications: { created: 3 }, appVersions: { created: 2 } });
    expect((await empty.rest.get('/bulk')).text).toBe(whole.text);
    for (const tenantId of ['kaa', 'acme']) {
      const path = `/app-configs?tenantId=${tenantId}`;
      expect((await empty.rest.get(path)).text).toBe((await cluster.rest.get(path)).text);
    }
    expect(await empty.subscriber.summaries(4)).toEqual([
      'broadcast upsert tekton: - - -',
      'targeted upsert cmx: acme - -',
      'targeted upsert epts: acme - -',
      'targeted upsert cmx: kaa other - r1',
    ]);
    const again = await empty.rest.put('/bulk', whole.text);
    expect(again.json()).toMatchObject({ configurations: { unchanged: 7, created: 0 } });
    await empty.stop();
  });

  it('with revisions can be gone on from by conditional requests, at every level', async () => {
    const ofInstance = 'tenantId=acme&serviceInstanceName=cmx';
    const plain = await cluster.rest.get(`/bulk?${ofInstance}`);
    const told = await cluster.rest.get(`/bulk?${ofInstance}&revisions=true`);
    expect(told.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    const members = /,"configRevision":\d+,"configETag":"(?:[^"\\]|\\.)*"/g;
    expect(told.text.replaceAll(members, '')).toBe(plain.text);
    expect(told.text).toContain('"config":{"t":1},"configRevision":1,"configETag":"\\"1-');

    const kettle = '/app-configs/applications/kettle';
    for (const [path, at] of [
      [`/tenant-configs?${ofInstance}`, 0],
      [`${kettle}?serviceInstanceName=cmx`, 1],
      [`${kettle}/app-versions/kettle-v1?serviceInstanceName=cmx`, 2],
    ] as const) {
      const placeOf = async () => {
        const { tenants } = (await read(`?${ofInstance}&revisions=true`)) as {
          tenants: [Place & { applications: [Place & { appVersions: [Place] }] }];
        };
        const [tenant] = tenants;
        const [application] = tenant.applications;
        return [tenant, application, application.appVersions[0]][at];
      };
      const expectToHold = async (place: Place | undefined) => {
        const headers = { 'if-none-match': place?.configETag ?? '' };
        const known = await cluster.rest.get(path, { headers });
        expect([path, known.status]).toEqual([path, 304]);
        const { headers: single } = await cluster.rest.get(path);
        expect(place?.configETag).toBe(single.get('etag'));
        expect(String(place?.configRevision)).toBe(single.get('x-revision'));
      };
      const before = await placeOf();
      await expectToHold(before);
      await cluster.rest.put(path, { changed: at });
      const headers = { 'if-none-match': before?.configETag ?? '' };
      expect((await cluster.rest.get(path, { headers })).status).toBe(200);
      const after = await placeOf();
      expect(after).toMatchObject({ config: { changed: at }, configRevision: 2 });
      await expectToHold(after);
    }
  });
});
