import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

interface Revision {
  revision: number;
  operation: string;
  sizeBytes: number;
  restoredFrom?: number;
  changedBy: string;
  correlationId: string;
}

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

const LEVELS = [
  { level: 'tenant', path: '/tenant-configs' },
  { level: 'application', path: '/app-configs/applications/app' },
  { level: 'appversion', path: '/app-configs/applications/app/app-versions/app-v1' },
] as const;

describe.each(LEVELS)('the history of a configuration of an $level', ({ path }) => {
  const one = `${path}?serviceInstanceName=cmx`;
  const history = (rest = '', query = '') =>
    `${path}/history${rest}?serviceInstanceName=cmx${query}`;
  const list = async (query = '') => (await test.rest.get(history('', query))).json() as Revision[];

  beforeAll(async () => {
    await test.rest.post('/applications', { name: 'app' });
    await test.rest.post('/applications/app/app-versions', { suffix: 'v1' });
    const headers = { 'x-correlation-id': 'first' };
    await test.rest.put(one, '{"a":1.10,"list":[1,2,3]}', { headers });
    await test.rest.put(one, '{"list":[1,5],"b":{"/":null}}');
    await test.rest.delete(one);
    await test.rest.put(one, '{"ä":1}');
  });

  it('lists every change, newest first, with who made it', async () => {
    const revisions = await list();
    expect(revisions.map(({ revision, operation }) => [revision, operation])).toEqual([
      [4, 'upsert'],
      [3, 'delete'],
      [2, 'upsert'],
      [1, 'upsert'],
    ]);
    expect(revisions.map(({ sizeBytes }) => sizeBytes)).toEqual([8, 0, 29, 25]);
    expect(revisions[3]).toMatchObject({ changedBy: 'anonymous', correlationId: 'first' });
  });

  it('is read in pages', async () => {
    expect((await list('&limit=2')).map(({ revision }) => revision)).toEqual([4, 3]);
    expect((await list('&limit=2&before=3')).map(({ revision }) => revision)).toEqual([2, 1]);
    expect((await test.rest.get(history('', '&limit=501'))).status).toBe(400);
    expect((await test.rest.get(history('', '&before=x'))).status).toBe(400);
  });

  it('has each document as it was put', async () => {
    const first = await test.rest.get(history('/1'));
    expect(first.text).toBe('{"a":1.10,"list":[1,2,3]}');
    expect(first.headers.get('x-revision')).toBe('1');
    expect((await test.rest.get(history('/3'))).status).toBe(404);
    expect((await test.rest.get(history('/9'))).status).toBe(404);
    expect((await test.rest.get(history('/0'))).status).toBe(400);
  });

  it('compares two revisions by a JSON Patch', async () => {
    const diff = await test.rest.get(history('/1/diff', '&to=2'));
    expect(diff.json()).toEqual([
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/list/2' },
      { op: 'replace', path: '/list/1', value: 5 },
      { op: 'add', path: '/b', value: { '/': null } },
    ]);
    expect((await test.rest.get(history('/2/diff', '&to=1'))).text).toContain('"value":1.10');
    expect((await test.rest.get(history('/4/diff'))).text).toBe('[]');
    expect((await test.rest.get(history('/1/diff', '&to=3'))).status).toBe(404);
  });

  it('makes a document current again, as a new revision that says so', async () => {
    const restored = await test.rest.post(history('/1/restore'));
    expect(restored.status).toBe(200);
    expect(restored.text).toBe('{"a":1.10,"list":[1,2,3]}');
    expect(restored.headers.get('x-revision')).toBe('5');
    expect((await test.rest.get(one)).text).toBe(restored.text);
    expect((await list())[0]).toMatchObject({ revision: 5, restoredFrom: 1 });
    const again = await test.rest.post(history('/1/restore'));
    expect(again.headers.get('x-revision')).toBe('5');
    expect((await test.rest.post(history('/3/restore'))).status).toBe(409);
    expect((await test.rest.post(history('/99/restore'))).status).toBe(404);
    const unknown = history('/1/restore').replace('=cmx', '=none');
    expect((await test.rest.post(unknown)).status).toBe(400);
  });
});

describe('history', () => {
  it('does not restore what does not fit the schema any more', async () => {
    // As if it had been stored under an earlier schema.
    const path = '/app-configs/applications/app';
    await test.rest.put(`${path}?serviceInstanceName=cmx`, { autoExtraction: 'was text' });
    const { pathname } = new URL(test.databaseUrl);
    const { withDatabase } = await import('../support/database.js');
    await withDatabase(test.databaseUrl, pathname.slice(1), async (client) => {
      await client.query(`DELETE FROM configurations WHERE service_instance_name = 'epts'`);
      await client.query(
        `UPDATE configurations SET service_instance_name = 'epts'
         WHERE level = 'application' AND service_instance_name = 'cmx'`,
      );
    });
    const list = await test.rest.get(`${path}/history?serviceInstanceName=epts`);
    const [newest] = list.json() as Revision[];
    const refused = await test.rest.post(
      `${path}/history/${newest?.revision ?? 0}/restore?serviceInstanceName=epts`,
    );
    expect(refused.status).toBe(409);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/autoExtraction' }] });
  });

  it('of a deleted application is not seen by the next owner of its name', async () => {
    const history = (query = '') =>
      `/app-configs/applications/reused/history?serviceInstanceName=cmx${query}`;
    await test.rest.post('/applications?tenantId=acme', { name: 'reused' });
    await test.rest.put('/app-configs/applications/reused?serviceInstanceName=cmx', { secret: 1 });
    await test.rest.delete('/applications/reused');
    expect((await test.rest.get(history())).status).toBe(404);

    await test.rest.post('/applications', { name: 'reused' });
    expect((await test.rest.get(history())).json()).toEqual([]);
    const first = `/app-configs/applications/reused/history/1?serviceInstanceName=cmx`;
    expect((await test.rest.get(first)).status).toBe(404);

    const deleted = (await test.rest.get(history('&deleted=true'))).json() as Revision[];
    expect(deleted.map(({ revision, operation }) => [revision, operation])).toEqual([
      [2, 'delete'],
      [1, 'upsert'],
    ]);
    expect((await test.rest.get(`${first}&deleted=true`)).text).toBe('{"secret":1}');
    // Also when the next owner has put one: what was is the former tenant's alone.
    await test.rest.put('/app-configs/applications/reused?serviceInstanceName=cmx', { mine: 1 });
    expect((await test.rest.get(history('&deleted=true&tenantId=kaa'))).status).toBe(404);
    expect((await test.rest.get(history('&deleted=true&tenantId=acme'))).status).toBe(200);
  });
});
