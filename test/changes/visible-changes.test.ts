import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { startSecureTekton, type SecureTekton, type TestTenant } from '../support/secure-tekton.js';
import {
  changesAt,
  settledPosition,
  summariseChange,
  toldBy,
  waitingAt,
  type ToldChanges,
} from './told-changes.js';

const READ = 'application:read';
const UPDATE = 'application:update';

type Claims = Record<string, unknown>;

function on(...names: string[]): Claims {
  const permissions = names.map((name) => ({ rsname: `application-${name}`, scopes: [READ] }));
  return { authorization: { permissions } };
}

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
  const platform = await test.as('kaa', { scope: 'kaa:application:update' });
  const load = (...tenants: object[]) => platform.put('/bulk', { tenants });
  const tenant = (tenantId: TestTenant, ...names: string[]) => ({
    tenantId,
    applications: names.map((name) => ({ name })),
  });
  // Wide entries, with the tenants that they concern.
  await load(tenant('acme', 'kettle'), tenant('globex', 'toaster'));
  await load(tenant('globex', 'grill'), tenant('kaa', 'samovar'));
  const acme = await test.as('acme', { scope: UPDATE });
  for (const name of ['kettle', 'mirror', 'lamp']) {
    if (name !== 'kettle') await load(tenant('acme', name));
    await acme.put(`/app-configs/applications/${name}?serviceInstanceName=cmx`, { a: 1 });
  }
  await load({ tenantId: 'acme', configs: { cmx: { a: 1 } } });
  await load({ tenantId: 'globex', configs: { cmx: { a: 1 } } });
  // A wide entry as a Tekton of the version before wrote it.
  await withDatabase(test.databaseUrl, new URL(test.databaseUrl).pathname.slice(1), (client) =>
    client.query(`INSERT INTO outbox (message_id, operation, correlation_id)
      VALUES (gen_random_uuid(), 'upsert', 'x')`),
  );
  const reader = await test.as('kaa', { scope: 'kaa:application:read' });
  await settledPosition(reader, test.management);
});
afterAll(() => test.stop());

const ACME_WIDE = 'broadcast upsert tekton: - - -';
const KETTLE = ['targeted upsert cmx: acme kettle - r1'];
const LAMP = ['broadcast upsert tekton: acme lamp -', 'targeted upsert cmx: acme lamp - r1'];
const MIRROR = ['broadcast upsert tekton: acme mirror -', 'targeted upsert cmx: acme mirror - r1'];
const OF_ACME = ['targeted upsert cmx: acme - - r1'];
const OF_GLOBEX = ['targeted upsert cmx: globex - - r1'];
const ALL_OF_ACME = [ACME_WIDE, ...KETTLE, ...MIRROR, ...LAMP, ...OF_ACME, ACME_WIDE];
const EVERYTHING = [ACME_WIDE, ...ALL_OF_ACME.slice(0, -1), ...OF_GLOBEX, ACME_WIDE];

it.each<[who: string, tenant: TestTenant, claims: Claims, query: string, expected: string[]]>([
  ['platform-wide', 'kaa', { scope: 'kaa:application:read' }, '', EVERYTHING],
  ['platform-wide', 'kaa', { scope: 'kaa:application:read' }, '&tenantId=acme', ALL_OF_ACME],
  [
    'platform-wide',
    'kaa',
    { scope: 'kaa:application:read' },
    '&tenantId=globex',
    [ACME_WIDE, ACME_WIDE, ...OF_GLOBEX, ACME_WIDE],
  ],
  ['of all its own', 'acme', { scope: READ }, '', ALL_OF_ACME],
  ['of all its own', 'acme', { scope: READ }, '&tenantId=acme', ALL_OF_ACME],
  ['of all its own', 'acme', { scope: READ }, '&serviceInstanceName=cmx', ALL_OF_ACME],
  [
    'of all its own',
    'acme',
    { scope: READ },
    '&serviceInstanceName=epts',
    ALL_OF_ACME.filter((line) => line.startsWith('broadcast')),
  ],
  ['of one', 'acme', on('kettle'), '', [ACME_WIDE, ...KETTLE, ...OF_ACME, ACME_WIDE]],
  [
    'of two',
    'acme',
    on('lamp', 'mirror', 'toaster'),
    '',
    [ACME_WIDE, ...MIRROR, ...LAMP, ...OF_ACME, ACME_WIDE],
  ],
  ['of none', 'acme', {}, '', [ACME_WIDE, ...OF_ACME, ACME_WIDE]],
  ['of none', 'acme', { scope: 'kaa:application:read' }, '', [ACME_WIDE, ...OF_ACME, ACME_WIDE]],
  ['of all its own', 'kaa', { scope: READ }, '', [ACME_WIDE, ACME_WIDE]],
])('a reader %s (%s, %j) is told by since=0%s', async (_, tenant, claims, query, expected) => {
  const caller = await test.as(tenant, claims);
  for (const wait of ['', '&wait=1']) {
    const { changes } = await changesAt(caller, `since=0${query}${wait}`);
    expect(changes.map(summariseChange)).toEqual(expected);
  }
});

it('who waits is told of what it may see, and of nothing else', async () => {
  const reader = await test.as('kaa', { scope: 'kaa:application:read' });
  const { position } = await changesAt(reader, '');
  const waiters = {
    kettle: await test.as('acme', on('kettle')),
    lamp: await test.as('acme', on('lamp')),
    globex: await test.as('globex', { scope: READ }),
    platform: reader,
  };
  const told: Partial<Record<keyof typeof waiters, ToldChanges>> = {};
  const waits = Object.entries(waiters).map(async ([who, client]) => {
    const answer = await client.get(`/changes?since=${position}&wait=15`);
    told[who as keyof typeof waiters] = toldBy(answer);
  });
  await expect.poll(() => waitingAt(test.management)).toBe(4);
  const acme = await test.as('acme', { scope: UPDATE });
  const globex = await test.as('globex', { scope: UPDATE });
  await acme.put('/app-configs/applications/lamp?serviceInstanceName=cmx', { a: 2 });
  await expect.poll(() => Object.keys(told).sort()).toEqual(['lamp', 'platform']);
  await acme.put('/app-configs/applications/kettle?serviceInstanceName=cmx', { a: 2 });
  await expect.poll(() => Object.keys(told).sort()).toEqual(['kettle', 'lamp', 'platform']);
  await globex.put('/app-configs/applications/toaster?serviceInstanceName=cmx', { a: 1 });
  await Promise.all(waits);
  expect(Object.values(told).map(({ changes }) => changes.map(summariseChange))).toEqual([
    ['targeted upsert cmx: acme lamp - r2'],
    ['targeted upsert cmx: acme lamp - r2'],
    ['targeted upsert cmx: acme kettle - r2'],
    ['targeted upsert cmx: globex toaster - r1'],
  ]);
});

it('names no tenant and no application of others', async () => {
  const { text } = await (await test.as('acme', on('kettle'))).get('/changes?since=0');
  expect(text).not.toMatch(/globex|toaster|mirror|lamp|samovar/);
});
