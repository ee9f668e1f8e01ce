import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

/** Tells by a message of its own that nothing else was told before it. */
async function expectToldOnly(...expected: string[]): Promise<void> {
  const marker = `marker${String(Math.random()).slice(2)}`;
  await test.rest.post('/applications', { name: marker });
  const told = await test.subscriber.summaries(expected.length + 1);
  expect(told).toEqual([...expected, `broadcast upsert tekton: kaa ${marker} -`]);
}

describe('applications', () => {
  it('are created with what the body says, and found at the Location', async () => {
    const created = await test.rest.post('/applications', {
      name: 'kettle',
      displayName: 'Kettle ☕',
      description: 'It boils',
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/api/v1/applications/kettle');
    expect(created.json()).toMatchObject({
      name: 'kettle',
      displayName: 'Kettle ☕',
      description: 'It boils',
      tenantId: 'kaa',
      appVersions: [],
    });
    expect((await test.rest.get('/applications/kettle')).json()).toEqual(created.json());
    await expectToldOnly('broadcast upsert tekton: kaa kettle -');
  });

  it('are shown under their name and without description unless told otherwise', async () => {
    const { json } = await test.rest.post('/applications', { name: 'plain' });
    expect(json()).toMatchObject({ displayName: 'plain', description: null });
    expect(json()).toMatchObject({
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
    });
    await expectToldOnly('broadcast upsert tekton: kaa plain -');
  });

  it.each([
    ['taken', 'kettle', /is taken/],
    ['equal to a taken one without - and _', 'ket-tle', /- and _ are removed/],
  ])('are refused if the name is %s', async (_, name, message) => {
    const refused = await test.rest.post('/applications', { name });
    expect(refused.status).toBe(409);
    expect(refused.json()).toEqual({ message: expect.stringMatching(message) as unknown });
    await expectToldOnly();
  });

  it.each(['', 'Kettle', '-kettle', '_k', 'a b', 'ä', 'a'.repeat(101), 'a.b', 'a/b', 5, {}, []])(
    'are refused if the name is %j',
    async (name) => {
      const refused = await test.rest.post('/applications', { name });
      expect(refused.status).toBe(400);
      expect(refused.json()).toMatchObject({ errors: [{ path: '/name' }] });
    },
  );

  it('tell all faults of a body at once', async () => {
    const refused = await test.rest.post(
      '/applications',
      '{"name": "NO", "displayName": "", "description": "\\u0000", "colour": "red", "__proto__": 1}',
    );
    expect(refused.status).toBe(400);
    const { errors } = refused.json() as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/__proto__',
      '/colour',
      '/description',
      '/displayName',
      '/name',
    ]);
  });

  it('need a name where names are not generated', async () => {
    const refused = await test.rest.post('/applications', {});
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/name', message: 'is required' }] });
  });

  it('change their texts, and are told only if something changed', async () => {
    const changed = await test.rest.patch('/applications/kettle', { displayName: 'Big kettle' });
    expect(changed.json()).toMatchObject({ displayName: 'Big kettle', description: 'It boils' });
    const cleared = await test.rest.patch('/applications/kettle', {
      displayName: null,
      description: null,
    });
    expect(cleared.json()).toMatchObject({ displayName: 'kettle', description: null });
    const same = await test.rest.patch('/applications/kettle', { displayName: 'kettle' });
    expect(same.status).toBe(200);
    expect(same.json()).toEqual(cleared.json());
    await expectToldOnly(
      'broadcast upsert tekton: kaa kettle -',
      'broadcast upsert tekton: kaa kettle -',
    );
  });

  it('keep their name', async () => {
    const refused = await test.rest.patch('/applications/kettle', { name: 'pot' });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/name' }] });
  });

  it('are listed by name in code-point order, one tenant at a time', async () => {
    for (const name of ['zeta', 'a_b', 'a-c', 'a0'])
      await test.rest.post('/applications', { name });
    await test.rest.post('/applications?tenantId=acme', { name: 'elsewhere' });
    const names = async (query: string) =>
      ((await test.rest.get(`/applications${query}`)).json() as { name: string }[]).map(
        ({ name }) => name,
      );
    const own = await names('');
    expect(own.filter((name) => !name.startsWith('marker'))).toEqual([
      'a-c',
      'a0',
      'a_b',
      'kettle',
      'plain',
      'zeta',
    ]);
    expect(await names('?tenantId=acme')).toEqual(['elsewhere']);
    expect(await names('?tenantId=nobody')).toEqual([]);
    await test.subscriber.take(5);
  });

  it('are another tenant’s in its messages, and 404 under a tenant that is not theirs', async () => {
    await test.rest.patch('/applications/elsewhere', { displayName: 'Far away' });
    await expectToldOnly('broadcast upsert tekton: acme elsewhere -');
    expect((await test.rest.get('/applications/elsewhere?tenantId=acme')).status).toBe(200);
    const mismatch = await test.rest.get('/applications/elsewhere?tenantId=kaa');
    const missing = await test.rest.get('/applications/missing?tenantId=kaa');
    expect(mismatch.status).toBe(404);
    expect(mismatch.text.replace('elsewhere', 'missing')).toBe(missing.text);
  });

  it('are deleted with all that hangs on them, and told to those who had a configuration', async () => {
    await test.rest.post('/applications', { name: 'doomed' });
    await test.rest.post('/applications/doomed/app-versions', { suffix: 'v1' });
    await test.rest.put('/app-configs/applications/doomed', { epts: {}, cmx: {} });
    await test.rest.put(
      '/app-configs/applications/doomed/app-versions/doomed-v1?serviceInstanceName=cmx-ota',
      {},
    );
    await test.rest.delete('/app-configs/applications/doomed?serviceInstanceName=epts');
    await test.subscriber.take(6);

    const deleted = await test.rest.delete('/applications/doomed');
    expect(deleted.status).toBe(204);
    expect(deleted.text).toBe('');
    expect((await test.rest.get('/applications/doomed')).status).toBe(404);
    expect((await test.rest.delete('/applications/doomed')).status).toBe(404);
    await expectToldOnly(
      'broadcast delete tekton: kaa doomed -',
      'targeted delete cmx: kaa doomed -',
      'targeted delete cmx-ota: kaa doomed -',
    );
  });

  it('start empty when a name is taken again, and their revisions go on', async () => {
    await test.rest.post('/applications', { name: 'doomed' });
    await test.rest.post('/applications/doomed/app-versions', { suffix: 'v1' });
    expect((await test.rest.get('/app-configs/applications/doomed')).text).toBe('{}');
    const put = await test.rest.put('/app-configs/applications/doomed?serviceInstanceName=cmx', {});
    expect(put.status).toBe(201);
    // 1: created, 2: deleted with the application.
    expect(put.headers.get('x-revision')).toBe('3');
    await test.subscriber.take(3);
  });
});

describe('generated names', () => {
  let generating: TestTekton;
  beforeAll(async () => {
    generating = await startTestTekton({ KAA_TEKTON_APP_NAMES_AUTO_GENERATION_ENABLED: 'true' });
  });
  afterAll(() => generating.stop());

  it('are short, safe in URLs, lower case and different', async () => {
    const names = new Set<string>();
    for (let count = 0; count < 20; count++) {
      const created = await generating.rest.post('/applications', { displayName: 'x' });
      expect(created.status).toBe(201);
      const { name } = created.json() as { name: string };
      expect(name).toMatch(/^[a-z0-9]{20}$/);
      names.add(name);
    }
    expect(names.size).toBe(20);
  });

  it('are not taken from the body', async () => {
    const refused = await generating.rest.post('/applications', { name: 'mine' });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ path: '/name' }] });
  });
});
