import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

const LEVELS = [
  { level: 'application', path: '/app-configs/applications/app', told: 'app -' },
  {
    level: 'appversion',
    path: '/app-configs/applications/app/app-versions/app-v1',
    told: 'app app-v1',
  },
] as const;

describe.each(LEVELS)('configurations of an $level', ({ path, told }) => {
  const one = `${path}?serviceInstanceName=cmx`;

  beforeAll(async () => {
    await test.rest.delete('/applications/app');
    await test.rest.post('/applications', { name: 'app' });
    await test.rest.post('/applications/app/app-versions', { suffix: 'v1' });
    // What was told until here is not this block's.
    await test.rest.put(`${path}?serviceInstanceName=cmx-ota`, { marker: path });
    for (let message = ''; message !== `targeted upsert cmx-ota: kaa ${told} `;) {
      const [summary = ''] = await test.subscriber.summaries(1);
      message = summary.replace(/r\d+$/, '');
    }
  });

  const revisionOf = (answer: { headers: Headers }) => Number(answer.headers.get('x-revision'));

  it('are there once they are put, and come back as they were put', async () => {
    expect((await test.rest.get(one)).status).toBe(404);
    const text =
      '{"b":12345678901234567890,"1":1.10,"a":"\\u0041\\/\\ud800","__proto__":{"x":[1e400]}}';
    const put = await test.rest.put(one, text.replaceAll(',', ' , ').replaceAll(':', ' :\n'));
    expect(put.status).toBe(201);
    expect(put.text).toBe(text);
    const read = await test.rest.get(one);
    expect(read.text).toBe(text);
    expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(read.headers.get('etag')).toBe(put.headers.get('etag'));
    expect(await test.subscriber.summaries(1)).toEqual([
      `targeted upsert cmx: kaa ${told} r${revisionOf(put)}`,
    ]);
  });

  it('make no revision and tell nobody if they are put as they stand', async () => {
    const standing = await test.rest.get(one);
    const same = await test.rest.put(
      one,
      ' {"b":12345678901234567890,"1":1.10,"a":"A/\\uD800","__proto__":{"x":[1e400]}} ',
    );
    expect(same.status).toBe(200);
    expect(same.headers.get('etag')).toBe(standing.headers.get('etag'));
    const changed = await test.rest.put(one, '{"b":12345678901234567891}');
    expect(changed.status).toBe(200);
    expect(revisionOf(changed)).toBe(revisionOf(standing) + 1);
    expect(await test.subscriber.summaries(1)).toEqual([
      `targeted upsert cmx: kaa ${told} r${revisionOf(changed)}`,
    ]);
  });

  it('tell apart what is equal only as numbers or in another order', async () => {
    let revision = revisionOf(await test.rest.put(one, '{"a":1,"b":2}'));
    for (const text of ['{"a":1.0,"b":2}', '{"b":2,"a":1.0}', '{"b":2,"a":10e-1}']) {
      expect(revisionOf(await test.rest.put(one, text))).toBe(++revision);
    }
    await test.subscriber.take(4);
  });

  it('take a merge patch, exactly', async () => {
    await test.rest.put(one, '{"keep":1.10,"2":[{"x":null}],"drop":1,"deep":{"a":1,"b":2}}');
    const patched = await test.rest.patch(
      one,
      '{"drop":null,"deep":{"b":null,"c":3.0},"none":null}',
      {
        headers: { 'content-type': 'application/merge-patch+json' },
      },
    );
    expect(patched.status).toBe(200);
    expect(patched.text).toBe('{"keep":1.10,"2":[{"x":null}],"deep":{"a":1,"c":3.0}}');
    const same = await test.rest.patch(one, '{"keep":1.10}');
    expect(revisionOf(same)).toBe(revisionOf(patched));
    await test.subscriber.take(2);
  });

  it('are deleted once, and count on when they come again', async () => {
    const before = revisionOf(await test.rest.get(one));
    const deleted = await test.rest.delete(one);
    expect(deleted.status).toBe(204);
    expect(revisionOf(deleted)).toBe(before + 1);
    expect((await test.rest.delete(one)).status).toBe(404);
    expect((await test.rest.get(one)).status).toBe(404);
    const created = await test.rest.patch(one, '{"a":{"b":null}}');
    expect(created.text).toBe('{"a":{}}');
    expect(revisionOf(created)).toBe(before + 2);
    expect(await test.subscriber.summaries(2)).toEqual([
      `targeted delete cmx: kaa ${told} r${before + 1}`,
      `targeted upsert cmx: kaa ${told} r${before + 2}`,
    ]);
  });

  it('of several instances are put and read together', async () => {
    const put = await test.rest.put(path, '{"epts":{"path":1},"cmx":{"x":1}}');
    const expected = path.includes('versions') ? 200 : 400;
    expect(put.status).toBe(expected);
    const fitting = path.includes('versions') ? '{"path":"/"}' : '{"autoExtraction":true}';
    const both = await test.rest.put(path, `{"epts":${fitting},"cmx":{"x":2}}`);
    expect(both.status).toBe(200);
    expect(both.text).toBe(`{"cmx":{"x":2},"epts":${fitting}}`);
    const all = (await test.rest.get(path)).json() as object;
    expect(Object.keys(all)).toEqual(['cmx', 'cmx-ota', 'epts']);
    expect((await test.rest.put(path, '{}')).text).toBe('{}');
    await test.subscriber.take(expected === 200 ? 4 : 2);
  });

  it('of several instances are stored all or not at all, with every fault told', async () => {
    const before = (await test.rest.get(path)).text;
    const refused = await test.rest.put(path, {
      cmx: { new: 1 },
      none: {},
      'cmx-ota': 5,
      epts: [],
    });
    expect(refused.status).toBe(400);
    const { errors } = refused.json() as { errors: { path: string }[] };
    expect(errors.map(({ path: place }) => place)).toEqual(['/none', '/cmx-ota', '/epts']);
    expect((await test.rest.get(path)).text).toBe(before);
  });

  it('must be for a defined instance', async () => {
    const written = await test.rest.put(`${path}?serviceInstanceName=none`, {});
    expect(written.status).toBe(400);
    expect(written.json()).toMatchObject({
      errors: [
        { path: 'serviceInstanceName', message: expect.stringContaining('epts, cmx') as unknown },
      ],
    });
    expect((await test.rest.get(`${path}?serviceInstanceName=none`)).status).toBe(404);
  });

  it('need an instance for PATCH and DELETE', async () => {
    for (const answer of [await test.rest.patch(path, {}), await test.rest.delete(path)]) {
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ errors: [{ path: 'serviceInstanceName' }] });
    }
  });
});

describe('the schema of an instance', () => {
  const path = '/app-configs/applications/schemas?serviceInstanceName=epts';
  beforeAll(() => test.rest.post('/applications', { name: 'schemas' }));

  it('refuses what does not fit, with every place and rule, and stores nothing', async () => {
    const refused = await test.rest.put(path, {
      autoExtraction: 'yes',
      timeSeries: [{ name: 'ok' }, { name: 'NO' }, {}],
      extra: 1,
    });
    expect(refused.status).toBe(400);
    const { errors } = refused.json() as { errors: { path: string; message: string }[] };
    expect(errors.map(({ path: place }) => place).sort()).toEqual([
      '',
      '/autoExtraction',
      '/timeSeries/1/name',
      '/timeSeries/2',
    ]);
    for (const { message } of errors) expect(message).toMatch(/\(rule: \w+\)$/);
    expect((await test.rest.get(path)).status).toBe(404);
  });

  it('judges the result of a patch', async () => {
    await test.rest.put(path, { autoExtraction: true });
    expect((await test.rest.patch(path, { autoExtraction: 1 })).status).toBe(400);
    expect((await test.rest.get(path)).text).toBe('{"autoExtraction":true}');
  });

  it('does not let an application have the key that bulk loads reserve', async () => {
    const refused = await test.rest.put(path.replace('epts', 'cmx'), { versions: {} });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/versions' }] });
  });
});

it('lets no writer undo another: concurrent patches all take part', async () => {
  await test.rest.post('/applications', { name: 'crowd' });
  const path = '/app-configs/applications/crowd?serviceInstanceName=cmx';
  const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
  const answers = await Promise.all(keys.map((key) => test.rest.patch(path, { [key]: 1 })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const stored = (await test.rest.get(path)).json() as object;
  expect(Object.keys(stored).sort()).toEqual([...keys].sort());
});
