import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'app' });
  await test.rest.post('/applications/app/app-versions', { suffix: 'v1' });
});
afterAll(() => test.stop());

const CONFIGS = '/app-configs/applications/app';
const ONE = `${CONFIGS}?serviceInstanceName=cmx`;

async function etagOf(path: string): Promise<string> {
  return (await test.rest.get(path)).headers.get('etag') ?? '';
}

const ifMatch = (etag: string) => ({ headers: { 'if-match': etag } });
const ifNoneMatch = (etag: string) => ({ headers: { 'if-none-match': etag } });

describe('reads', () => {
  it.each([
    '/applications',
    '/applications/app',
    '/applications/app/app-versions/app-v1',
    CONFIGS,
    `${CONFIGS}?serviceInstanceName=cmx-ota`,
    '/tenant-configs',
    '/app-configs',
    '/bulk',
  ])(
    'of %s are answered with 304 while nothing changed, and with 200 after it did',
    async (path) => {
      await test.rest.put(`${CONFIGS}?serviceInstanceName=cmx-ota`, { retries: 1 });
      const etag = await etagOf(path);
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const known = await test.rest.get(path, ifNoneMatch(header));
        expect([known.status, known.text, known.headers.get('etag')]).toEqual([304, '', etag]);
      }
      expect((await test.rest.get(path, ifNoneMatch('"x"'))).status).toBe(200);

      await test.rest.patch('/applications/app', { description: path });
      await test.rest.patch('/applications/app/app-versions/app-v1', { description: path });
      await test.rest.put(`${CONFIGS}?serviceInstanceName=cmx-ota`, { retries: 2, path });
      await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { path });
      const changed = await test.rest.get(path, ifNoneMatch(etag));
      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).not.toBe(etag);
    },
  );

  it('of an application change their ETag with its list of versions', async () => {
    const before = await etagOf('/applications/app');
    await test.rest.post('/applications/app/app-versions', { suffix: 'v2' });
    const between = await etagOf('/applications/app');
    await test.rest.delete('/applications/app/app-versions/app-v2');
    expect(new Set([before, between, await etagOf('/applications/app')]).size).toBe(3);
  });
});

describe('writes with If-Match', () => {
  it('of a configuration are refused once somebody else has changed it', async () => {
    await test.rest.put(ONE, { n: 1 });
    const etag = await etagOf(ONE);
    expect((await test.rest.put(ONE, { n: 2 }, ifMatch(etag))).status).toBe(200);
    for (const refused of [
      await test.rest.put(ONE, { n: 3 }, ifMatch(etag)),
      await test.rest.patch(ONE, { n: 3 }, ifMatch(etag)),
      await test.rest.delete(ONE, ifMatch(etag)),
      await test.rest.put(ONE, { n: 3 }, ifMatch(`W/${await etagOf(ONE)}`)),
    ]) {
      expect(refused.status).toBe(412);
      expect(refused.json()).toEqual({ message: expect.stringContaining('If-Match') as unknown });
    }
    expect((await test.rest.patch(ONE, { m: 1 }, ifMatch(await etagOf(ONE)))).status).toBe(200);
    expect((await test.rest.get(ONE)).text).toBe('{"n":2,"m":1}');
    expect((await test.rest.delete(ONE, ifMatch('*'))).status).toBe(204);
    expect((await test.rest.put(ONE, {}, ifMatch('*'))).status).toBe(412);
  });

  it('of several configurations are refused once any of the owner’s has changed', async () => {
    await test.rest.put(CONFIGS, { cmx: { a: 1 }, epts: {} });
    const etag = await etagOf(CONFIGS);
    const put = await test.rest.put(CONFIGS, { cmx: { a: 2 } }, ifMatch(etag));
    expect(put.status).toBe(200);
    expect(put.headers.get('etag')).toBe(await etagOf(CONFIGS));
    expect((await test.rest.put(CONFIGS, { epts: {} }, ifMatch(etag))).status).toBe(412);
    const none = ifNoneMatch('*');
    expect((await test.rest.put(CONFIGS, { epts: {} }, none)).status).toBe(412);
  });

  it.each(['/applications/app', '/applications/app/app-versions/app-v1'])(
    'of %s are refused once somebody else has changed it',
    async (path) => {
      const etag = await etagOf(path);
      const changed = await test.rest.patch(path, { displayName: 'New' }, ifMatch(etag));
      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).toBe(await etagOf(path));
      expect((await test.rest.patch(path, { displayName: 'X' }, ifMatch(etag))).status).toBe(412);
      expect((await test.rest.delete(path, ifMatch(etag))).status).toBe(412);
    },
  );

  it('come after every other fault', async () => {
    const stale = ifMatch('"stale"');
    expect((await test.rest.put(`${ONE}&x=1`, {}, stale)).status).toBe(400);
    expect((await test.rest.put(ONE.replace('app?', 'none?'), {}, stale)).status).toBe(404);
    expect((await test.rest.put(ONE, '[', stale)).status).toBe(400);
    const faulty = { autoExtraction: 1 };
    expect((await test.rest.put(ONE.replace('cmx', 'epts'), faulty, stale)).status).toBe(400);
  });

  it.each(['abc', '"open', '', '"a" "b"'])('are refused if the header is %j', async (header) => {
    const answer = await test.rest.put(ONE, {}, ifMatch(header));
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ path: 'If-Match' }] });
  });
});

it('lets exactly one of two concurrent writers with one ETag win, in 50 rounds', async () => {
  const versions = '/app-configs/applications/app/app-versions/app-v1';
  for (let round = 1; round <= 50; round++) {
    for (const [path, first, second] of [
      [ONE, { round, by: 1 }, { round, by: 2 }],
      [versions, { cmx: { round } }, { 'cmx-ota': { round } }],
      ['/tenant-configs?serviceInstanceName=epts', { round, by: 1 }, { round, by: 2 }],
    ] as const) {
      const standing = await test.rest.get(path);
      const condition =
        standing.status === 404 ? ifNoneMatch('*') : ifMatch(standing.headers.get('etag') ?? '');
      const answers = await Promise.all([
        test.rest.put(path, first, standing.text === '{}' ? ifNoneMatch('*') : condition),
        test.rest.put(path, second, standing.text === '{}' ? ifNoneMatch('*') : condition),
      ]);
      expect(answers.map(({ status }) => (status < 300 ? 'won' : status)).sort()).toEqual([
        412,
        'won',
      ]);
    }
  }
});
