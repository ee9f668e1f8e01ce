import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestClient } from '../support/rest-client.js';
import { startSecureTekton, type SecureTekton, type TestTenant } from '../support/secure-tekton.js';
import { putThingsThere } from './route-calls.js';

/** acme has kettle and mirror, globex toaster, kaa samovar, each with a version. */
let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
  await putThingsThere(test);
});
afterAll(() => test.stop());

type Claims = Record<string, unknown>;
type CallerCase = [who: string, tenant: TestTenant, claims: Claims];

const READ = 'application:read';

function on(...names: string[]): Claims {
  const permissions = names.map((name) => ({ rsname: `application-${name}`, scopes: [READ] }));
  return { authorization: { permissions } };
}

const EVERYTHING: CallerCase = ['of kaa, platform-wide', 'kaa', { scope: 'kaa:application:read' }];
const ALL_OF_ACME: CallerCase = ['of acme, all', 'acme', { scope: READ }];
const ONE_OF_ACME: CallerCase = ['of acme, one', 'acme', on('kettle')];

async function listOf(client: RestClient, query = ''): Promise<string[]> {
  const answer = await client.get(`/applications${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.json() as { name: string }[]).map(({ name }) => name);
}

interface Bulk {
  tenants: {
    tenantId: string;
    applications?: { name: string; appVersions?: { name: string }[] }[];
  }[];
}

/** All names in a bulk answer, such as `acme/kettle/kettle-v1`. */
async function namesInBulk(client: RestClient, query = ''): Promise<string[]> {
  const answer = await client.get(`/bulk${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.json() as Bulk).tenants.flatMap(({ tenantId, applications = [] }) => [
    tenantId,
    ...applications.flatMap(({ name, appVersions = [] }) => [
      `${tenantId}/${name}`,
      ...appVersions.map((version) => `${tenantId}/${name}/${version.name}`),
    ]),
  ]);
}

const withVersion = (path: string): string[] => [path, `${path}/${path.split('/')[1] ?? ''}-v1`];

describe('the list of applications shows', () => {
  it.each<[...CallerCase, string[]]>([
    [...ALL_OF_ACME, ['kettle', 'mirror']],
    [...ONE_OF_ACME, ['kettle']],
    ['of acme, both by name', 'acme', on('mirror', 'kettle'), ['kettle', 'mirror']],
    ['of acme, what is not its own', 'acme', on('toaster', 'samovar', 'nothing'), []],
    ['of acme, with scopes that do not let read', 'acme', { scope: 'application:update' }, []],
    ['of acme, without a scope', 'acme', {}, []],
    ['of acme, platform-wide', 'acme', { scope: 'kaa:application:read' }, []],
    ['of globex, all', 'globex', { scope: READ }, ['toaster']],
    ['of kaa, all of its own', 'kaa', { scope: READ }, ['samovar']],
    ['of kaa, one of another', 'kaa', on('kettle'), []],
    [...EVERYTHING, ['samovar']],
  ])('a caller %s, what it may read', async (_, tenant, claims, expected) => {
    const caller = await test.as(tenant, claims);
    expect(await listOf(caller)).toEqual(expected);
    if (tenant !== 'kaa') expect(await listOf(caller, `?tenantId=${tenant}`)).toEqual(expected);
  });

  it('platform-wide readers each tenant', async () => {
    const reader = await test.as(EVERYTHING[1], EVERYTHING[2]);
    expect(await listOf(reader, '?tenantId=acme')).toEqual(['kettle', 'mirror']);
    expect(await listOf(reader, '?tenantId=globex')).toEqual(['toaster']);
  });
});

const ACME_BULK = ['acme', ...withVersion('acme/kettle'), ...withVersion('acme/mirror')];
const GLOBEX_BULK = ['globex', ...withVersion('globex/toaster')];
const KAA_BULK = ['kaa', ...withVersion('kaa/samovar')];

describe('a bulk read shows', () => {
  it.each<[...CallerCase, string, string[]]>([
    [...EVERYTHING, '', [...ACME_BULK, ...GLOBEX_BULK, ...KAA_BULK]],
    [...EVERYTHING, '?tenantId=acme', ACME_BULK],
    [
      ...EVERYTHING,
      '?appName=toaster&appName=kettle',
      ['acme', ...withVersion('acme/kettle'), ...GLOBEX_BULK],
    ],
    [...ALL_OF_ACME, '', ACME_BULK],
    [...ALL_OF_ACME, '?tenantId=acme', ACME_BULK],
    [...ALL_OF_ACME, '?appName=kettle', ['acme', ...withVersion('acme/kettle')]],
    [...ALL_OF_ACME, '?appName=toaster', []],
    [...ALL_OF_ACME, '?appName=toaster&appName=mirror', ['acme', ...withVersion('acme/mirror')]],
    [...ONE_OF_ACME, '', ['acme', ...withVersion('acme/kettle')]],
    [...ONE_OF_ACME, '?appName=mirror', []],
    [...ONE_OF_ACME, '?appName=nothing', []],
    [...ONE_OF_ACME, '?appName=mirror&appName=kettle', ['acme', ...withVersion('acme/kettle')]],
    ['of acme, others by name', 'acme', on('toaster', 'samovar'), '', ['acme']],
    ['of acme, others by name', 'acme', on('toaster'), '?appName=toaster', []],
    ['of acme, without a scope', 'acme', {}, '', ['acme']],
    ['of acme, platform-wide', 'acme', { scope: 'kaa:application:read' }, '', ['acme']],
    ['of kaa, without a scope', 'kaa', {}, '', ['kaa']],
    ['of kaa, all of its own', 'kaa', { scope: READ }, '', KAA_BULK],
  ])(
    'a caller %s (%s, %j) at /bulk%s what it may read',
    async (_, tenant, claims, query, expected) => {
      const caller = await test.as(tenant, claims);
      expect((await namesInBulk(caller, query)).sort()).toEqual([...expected].sort());
      const narrowed = `${query === '' ? '?' : `${query}&`}serviceInstanceName=epts`;
      expect((await namesInBulk(caller, narrowed)).sort()).toEqual([...expected].sort());
    },
  );

  it('no document of what it does not show', async () => {
    const owner = await test.as('kaa', { scope: 'kaa:application:update' });
    const path = '/app-configs/applications/mirror?serviceInstanceName=cmx';
    await owner.put(path, { a: 'mark-of-mirror' });
    const queries = ['', '?serviceInstanceName=cmx', '?appName=mirror', '?include=appConfigs'];
    for (const [, tenant, claims] of [ONE_OF_ACME, ['', 'globex', { scope: READ }] as CallerCase]) {
      const caller = await test.as(tenant, claims);
      for (const query of queries) {
        expect((await caller.get(`/bulk${query}`)).text).not.toContain('mark-of-mirror');
      }
    }
    const reader = await test.as(ALL_OF_ACME[1], ALL_OF_ACME[2]);
    for (const query of queries) {
      expect((await reader.get(`/bulk${query}`)).text).toContain('mark-of-mirror');
    }
  });
});

describe.each(['/applications', '/bulk', '/bulk?serviceInstanceName=epts', '/bulk?appName=kettle'])(
  'the ETag of %s',
  (path) => {
    it('depends on what the caller may see, and on nothing else of it', async () => {
      const cases = [
        ALL_OF_ACME,
        ONE_OF_ACME,
        ['', 'acme', on('mirror')],
        ['', 'acme', {}],
      ] as const;
      const tags = new Map<string, string>();
      for (const [, tenant, claims] of cases) {
        const { headers, text } = await (await test.as(tenant, claims)).get(path);
        expect(headers.get('vary')).toMatch(/\bAuthorization\b/i);
        tags.set(`${tenant} ${JSON.stringify(claims)}`, headers.get('etag') ?? text);
      }
      expect(new Set(tags.values()).size).toBe(cases.length);
      const again = await test.as('acme', { ...on('kettle'), sub: 'somebody else' });
      const etag = (await again.get(path)).headers.get('etag') ?? '';
      expect([...tags.values()]).toContain(etag);
    });

    it('of one caller gives another none of its 304', async () => {
      const [, tenant, claims] = ALL_OF_ACME;
      const whole = await (await test.as(tenant, claims)).get(path);
      const headers = { 'if-none-match': whole.headers.get('etag') ?? '' };
      expect((await (await test.as(tenant, claims)).get(path, { headers })).status).toBe(304);
      for (const [, other, less] of [
        ONE_OF_ACME,
        ['', 'acme', {}],
        ['', 'globex', { scope: READ }],
        ['', 'kaa', { scope: READ }],
        EVERYTHING,
      ] as CallerCase[]) {
        const answer = await (await test.as(other, less)).get(path, { headers });
        expect([other, less, answer.status]).toEqual([other, less, 200]);
      }
    });
  },
);
