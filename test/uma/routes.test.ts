import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { APPLICATION_ROUTES, callOf } from '../auth/route-calls.js';
import type { Answer, RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, holder, platform, READ, UPDATE } from './grants.js';

/** As long as that of the one that is there, so that answers are, too. */
const MISSING = 'teapot';
const THERE = 'kettle';

let test: UmaTekton;
let clients: Record<string, RestClient>;
beforeAll(async () => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
  const service = await platform(test);
  const loaded = await service.put('/bulk', {
    tenants: [
      {
        tenantId: 'acme',
        applications: [
          {
            name: THERE,
            configs: { epts: { autoExtraction: false } },
            appVersions: [{ name: `${THERE}-v1`, configs: { epts: { path: '/a' } } }],
          },
        ],
      },
    ],
  });
  expect(loaded).toMatchObject({ status: 200 });
  const { resources } = test.realm('acme');
  await vi.waitUntil(() => resources.named(`application-${THERE}`).length > 0, 15_000);
  for (const id of ['globex', 'kaa'] as const) {
    const scopes = [...ALL];
    test.realm(id).resources.add({ name: `application-${THERE}`, owner: 'tekton', scopes });
  }
  clients = {
    'who may do everything': await holder(test, 'acme', THERE, ALL),
    'who may read': await holder(test, 'acme', THERE, [READ]),
    'who may do nothing': await test.as('acme', 'nobody'),
    'who may do everything with another': await holder(test, 'acme', 'mirror', ALL),
    'who may only change': await holder(test, 'acme', THERE, [UPDATE]),
    'of another tenant, which grants it all on a resource of the same name': await holder(
      test,
      'globex',
      THERE,
      ALL,
    ),
    'of the system tenant, which grants it all on a resource of the same name': await holder(
      test,
      'kaa',
      THERE,
      ALL,
    ),
  };
});
afterAll(() => test.stop());

const HEADERS = { 'x-correlation-id': 'one-for-all' };
const CHANGES = APPLICATION_ROUTES.filter((key) => !key.startsWith('GET '));
const READS = APPLICATION_ROUTES.filter((key) => key.startsWith('GET '));

function call(who: string, key: string, appName = THERE, query = ''): Promise<Answer> {
  const { method, path, body } = callOf(key, appName);
  const full = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const client = clients[who];
  if (!client) throw new Error(`Nobody is called ${who}`);
  return client.call(method, full, { headers: HEADERS, body });
}

/** All of an answer that could tell what is not there from what may not be seen. */
function shown({ status, headers, text }: Answer): unknown {
  const kept = [...headers].filter(([name]) => name !== 'date');
  return { status, headers: kept, text: text.replaceAll(MISSING, THERE) };
}

it.each(APPLICATION_ROUTES)('%s is for who may do everything', async (key) => {
  const { status } = callOf(key);
  expect(await call('who may do everything', key)).toMatchObject({ status });
});

describe('who may read', () => {
  it.each(READS)('is answered by %s', async (key) => {
    expect(await call('who may read', key)).toMatchObject({ status: callOf(key).status });
  });

  it.each(CHANGES)('is told what %s needs', async (key) => {
    const refused = await call('who may read', key);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.headers.get('www-authenticate')).toMatch(
      /error="insufficient_scope", scope="application:(update|delete)"/,
    );
  });
});

describe.each([
  'who may do nothing',
  'who may do everything with another',
  'of another tenant, which grants it all on a resource of the same name',
  'of the system tenant, which grants it all on a resource of the same name',
])('a caller %s', (who) => {
  it.each(APPLICATION_ROUTES)('finds by %s just what is found of a missing one', async (key) => {
    const hidden = shown(await call(who, key));
    expect(hidden).toMatchObject({ status: 404 });
    expect(hidden).toEqual(shown(await call(who, key, MISSING)));
  });

  it.each(APPLICATION_ROUTES)('finds no more by %s in a tenant that it names', async (key) => {
    const hidden = shown(await call(who, key, THERE, 'tenantId=acme'));
    expect(hidden).toMatchObject({ status: 404 });
    expect(hidden).toEqual(shown(await call(who, key, MISSING, 'tenantId=acme')));
  });
});

it('who may only change does so, and does not see it otherwise', async () => {
  const patch = await call('who may only change', 'PATCH /applications/{appName}');
  expect(patch).toMatchObject({ status: 200 });
  for (const key of ['GET /applications/{appName}', 'DELETE /applications/{appName}']) {
    expect(await call('who may only change', key)).toMatchObject({ status: 404 });
  }
});

it('is asked as much about what may not be seen as about what is not there', async () => {
  const { requests } = test.realm('acme');
  const questions = async (key: string, appName: string): Promise<number> => {
    const before = requests.length;
    await call('who may do nothing', key, appName);
    return requests.length - before;
  };
  for (const key of ['GET /applications/{appName}', 'PATCH /applications/{appName}']) {
    expect(await questions(key, THERE)).toBe(await questions(key, MISSING));
  }
});
