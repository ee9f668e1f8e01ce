import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'lamp' });
  await test.rest.post('/applications', { name: 'lamp_pro' });
  await test.subscriber.take(2);
});
afterAll(() => test.stop());

const VERSIONS = '/applications/lamp/app-versions';

describe('application versions', () => {
  it.each([
    ['the suffix', { suffix: 'v1' }, 'lamp-v1'],
    ['the full name', { name: 'lamp-v2' }, 'lamp-v2'],
    ['the full name of an older cluster', { name: 'lamp_v3' }, 'lamp_v3'],
  ])('are created by %s', async (_, body, name) => {
    const created = await test.rest.post(VERSIONS, body);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/v1${VERSIONS}/${name}`);
    expect(created.json()).toMatchObject({ name, displayName: name, appName: 'lamp' });
    expect((await test.rest.get(`${VERSIONS}/${name}`)).json()).toEqual(created.json());
    expect(await test.subscriber.summaries(1)).toEqual([
      `broadcast upsert tekton: kaa lamp ${name}`,
    ]);
  });

  it('are listed, and named by their application', async () => {
    const listed = (await test.rest.get(VERSIONS)).json() as { name: string }[];
    const names = ['lamp-v1', 'lamp-v2', 'lamp_v3'];
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect((await test.rest.get('/applications/lamp')).json()).toMatchObject({
      appVersions: names,
    });
  });

  it.each([
    ['neither name nor suffix', {}],
    ['both', { name: 'lamp-v9', suffix: 'v9' }],
    ['a name of another application', { name: 'lamp_pro-v9' }],
    ['a name without suffix', { name: 'lamp-' }],
    ['a suffix with capitals', { suffix: 'V9' }],
    ['a suffix that is too long', { suffix: 'v'.repeat(51) }],
    ['an unknown property', { suffix: 'v9', color: 'red' }],
  ])('are refused with %s', async (_, body) => {
    const refused = await test.rest.post(VERSIONS, body);
    expect(refused.status).toBe(400);
    expect(refused.json()).toHaveProperty('errors');
  });

  it.each([
    ['taken', 'lamp-v1'],
    ['equal to a taken one without - and _', 'lamp_v1'],
  ])('are refused if the name is %s', async (_, name) => {
    expect((await test.rest.post(VERSIONS, { name })).status).toBe(409);
  });

  it('may clash with a version of another application', async () => {
    await test.rest.post('/applications', { name: 'lamp0' });
    const created = await test.rest.post('/applications/lamp_pro/app-versions', { suffix: 'v1' });
    expect(created.status).toBe(201);
    await test.subscriber.take(2);
  });

  it('belong to one application: under another they are 404', async () => {
    expect((await test.rest.get('/applications/lamp_pro/app-versions/lamp-v1')).status).toBe(404);
    expect((await test.rest.post('/applications/none/app-versions', { suffix: 'a' })).status).toBe(
      404,
    );
    expect((await test.rest.post('/applications/none/app-versions', { suffix: '!' })).status).toBe(
      404,
    );
  });

  it('change their texts, and are told only if something changed', async () => {
    const path = `${VERSIONS}/lamp-v1`;
    await test.rest.patch(path, { description: 'First' });
    expect((await test.rest.patch(path, { description: 'First' })).status).toBe(200);
    await test.rest.patch(path, { description: null });
    expect(await test.subscriber.summaries(2)).toEqual([
      'broadcast upsert tekton: kaa lamp lamp-v1',
      'broadcast upsert tekton: kaa lamp lamp-v1',
    ]);
  });

  it('are deleted with their configurations, and told to those who had one', async () => {
    const configurations = '/app-configs/applications/lamp/app-versions/lamp-v1';
    await test.rest.put(configurations, { cmx: { a: 1 }, epts: { path: '/' } });
    await test.subscriber.take(2);
    expect((await test.rest.delete(`${VERSIONS}/lamp-v1`)).status).toBe(204);
    expect((await test.rest.get(configurations)).status).toBe(404);
    expect(await test.subscriber.summaries(3)).toEqual([
      'broadcast delete tekton: kaa lamp lamp-v1',
      'targeted delete cmx: kaa lamp lamp-v1',
      'targeted delete epts: kaa lamp lamp-v1',
    ]);
  });
});
