import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/rest-client.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'app' });
  await test.rest.post('/applications/app/app-versions', { suffix: 'v1' });
  await test.rest.put('/app-configs/applications/app', { cmx: { a: 1 }, epts: {} });
  await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { t: 1 });
  await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { t: 2 });
  await test.subscriber.take(6);
});
afterAll(() => test.stop());

const BROADCAST = 'kaa.v1.events.tekton.service.configuration';
const TARGETED = 'kaa.v1.service';
const CMX = 'serviceInstanceName=cmx';

type Write = [method: string, path: string, body: unknown, status: number, subjects: string];

const WRITES: Write[] = [
  ['POST', '/applications?', { name: 'new' }, 201, `${BROADCAST}.upsert`],
  ['PATCH', '/applications/app?', { displayName: 'X' }, 200, `${BROADCAST}.upsert`],
  ['PATCH', '/applications/app?', { displayName: 'app' }, 200, ''],
  ['POST', '/applications/app/app-versions?', { suffix: 'x' }, 201, `${BROADCAST}.upsert`],
  [
    'PATCH',
    '/applications/app/app-versions/app-v1?',
    { description: 'X' },
    200,
    `${BROADCAST}.upsert`,
  ],
  ['DELETE', '/applications/app/app-versions/app-v1?', undefined, 204, `${BROADCAST}.delete`],
  [
    'DELETE',
    '/applications/app?',
    undefined,
    204,
    `${BROADCAST}.delete, ${TARGETED}.cmx.scmp.configuration.delete, ${TARGETED}.epts.scmp.configuration.delete`,
  ],
  [
    'PUT',
    `/app-configs/applications/app?${CMX}&`,
    { b: 1 },
    200,
    `${TARGETED}.cmx.scmp.configuration.upsert`,
  ],
  ['PUT', `/app-configs/applications/app?${CMX}&`, { a: 1 }, 200, ''],
  [
    'PUT',
    `/app-configs/applications/app/app-versions/app-v1?${CMX}&`,
    { b: 1 },
    201,
    `${TARGETED}.cmx.scmp.configuration.upsert`,
  ],
  [
    'PUT',
    '/app-configs/applications/app?',
    { cmx: { z: 1 }, 'cmx-ota': {} },
    200,
    `${TARGETED}.cmx.scmp.configuration.upsert, ${TARGETED}.cmx-ota.scmp.configuration.upsert`,
  ],
  [
    'PATCH',
    `/app-configs/applications/app?${CMX}&`,
    { b: 1 },
    200,
    `${TARGETED}.cmx.scmp.configuration.upsert`,
  ],
  [
    'DELETE',
    `/app-configs/applications/app?${CMX}&`,
    undefined,
    204,
    `${TARGETED}.cmx.scmp.configuration.delete`,
  ],
  [
    'POST',
    `/tenant-configs/history/1/restore?${CMX}&`,
    undefined,
    200,
    `${TARGETED}.cmx.scmp.configuration.upsert`,
  ],
  [
    'PUT',
    '/bulk?',
    { tenants: [{ tenantId: 'acme', applications: [{ name: 'other' }] }] },
    200,
    `${BROADCAST}.upsert`,
  ],
];

describe('a dry run', () => {
  it.each(WRITES)(
    'of %s %s %j answers %i and says who would be told',
    async (method, path, body, status, subjects) => {
      const before = await everything();
      const tried = await test.rest.call(method, `${path}dryRun=true`, { body });
      expect(tried.status).toBe(status);
      expect(tried.headers.get('x-dry-run')).toBe('true');
      expect(tried.headers.get('x-would-notify')).toBe(subjects);
      expect(await everything()).toEqual(before);
    },
  );

  it('answers what the write then answers', async () => {
    const path = `/app-configs/applications/app?${CMX}`;
    const tried = await test.rest.put(`${path}&dryRun=true`, '{ "z": 1.50 }');
    const done = await test.rest.put(path, '{ "z": 1.50 }');
    const shown = ({ status, text, headers }: Answer) => [status, text, headers.get('etag')];
    expect(shown(tried)).toEqual(shown(done));
    expect(done.headers.has('x-dry-run')).toBe(false);
    // The first message after all the tries: none of them told anything.
    expect(await test.subscriber.summaries(1)).toEqual(['targeted upsert cmx: kaa app - r2']);
  });

  it('finds the same faults', async () => {
    expect((await test.rest.post('/applications?dryRun=true', { name: 'app' })).status).toBe(409);
    expect((await test.rest.delete('/applications/none?dryRun=true')).status).toBe(404);
    expect((await test.rest.delete('/applications/app?dryRun=perhaps')).status).toBe(400);
  });
});

async function everything(): Promise<string[]> {
  const paths = ['/bulk', `/app-configs/applications/app/history?${CMX}`, '/applications/app'];
  const answers = await Promise.all(paths.map((path) => test.rest.get(path)));
  return answers.map(({ text }) => text);
}
