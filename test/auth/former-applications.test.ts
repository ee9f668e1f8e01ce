import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton, type TestTenant } from '../support/secure-tekton.js';

/** acme had an application `kettle`; globex has one of that name now. */
let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton();
  const first = await test.as('acme', ALL);
  await first.post('/applications', { name: 'kettle' });
  await first.post('/applications/kettle/app-versions', { suffix: 'v1' });
  for (const path of PATHS) await first.put(`${path}?${CMX}`, { of: 'acme' });
  await first.delete('/applications/kettle');
  const second = await test.as('globex', ALL);
  await second.post('/applications', { name: 'kettle' });
  await second.post('/applications/kettle/app-versions', { suffix: 'v1' });
  for (const path of PATHS) await second.put(`${path}?${CMX}`, { of: 'globex' });
});
afterAll(() => test.stop());

const ALL = {
  scope: 'application:read application:update application:delete tenant:application:create',
};
const PLATFORM = { scope: 'kaa:application:read' };
const CMX = 'serviceInstanceName=cmx';
const PATHS = [
  '/app-configs/applications/kettle',
  '/app-configs/applications/kettle/app-versions/kettle-v1',
];
const READS = PATHS.flatMap((path) => [
  `${path}/history?${CMX}`,
  `${path}/history/1?${CMX}`,
  `${path}/history/1/diff?${CMX}&to=1`,
]);

describe.each(READS)('what was, at %s', (path) => {
  it.each<[TestTenant, Record<string, unknown>]>([
    ['acme', ALL],
    ['globex', ALL],
    ['kaa', ALL],
    ['acme', PLATFORM],
    ['globex', { ...ALL, scope: `${ALL.scope} ${PLATFORM.scope}` }],
    ['kaa', { scope: 'kaa:application:update' }],
    ['acme', {}],
  ])('is not for %s with %j', async (tenant, claims) => {
    const caller = await test.as(tenant, claims);
    const answer = await caller.get(`${path}&deleted=true`);
    expect(answer).toMatchObject({ status: 403 });
    // It is told whether or not there was such an application.
    const never = await caller.get(`${path.replaceAll('kettle', 'nettle')}&deleted=true`);
    expect(never.text).toBe(answer.text);
  });

  it('is for those who read everything', async () => {
    const reader = await test.as('kaa', PLATFORM);
    const answer = await reader.get(`${path}&deleted=true`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.text).not.toContain('"globex"');
  });
});

describe.each(PATHS)('what is, at %s', (path) => {
  it('does not show what was', async () => {
    const owner = await test.as('globex', ALL);
    const list = await owner.get(`${path}/history?${CMX}`);
    expect(list).toMatchObject({ status: 200 });
    const [latest, ...more] = list.json() as { revision: number; changedByTenant: string }[];
    expect(more).toEqual([]);
    expect(latest?.changedByTenant).toBe('globex');
    const revision = latest?.revision ?? 0;
    expect((await owner.get(`${path}/history/${revision}?${CMX}`)).json()).toEqual({
      of: 'globex',
    });
    // The counter goes on, so what lies below is what was.
    for (let former = 1; former < revision; former++) {
      for (const what of ['', '/diff']) {
        const answer = await owner.get(`${path}/history/${former}${what}?${CMX}`);
        expect(answer).toMatchObject({ status: 404 });
      }
      const restored = await owner.post(`${path}/history/${former}/restore?${CMX}&dryRun=true`);
      expect(restored).toMatchObject({ status: 404 });
      const diff = await owner.get(`${path}/history/${revision}/diff?${CMX}&to=${former}`);
      expect(diff).toMatchObject({ status: 404 });
    }
    const explicit = await owner.get(`${path}/history?${CMX}&deleted=false`);
    expect(explicit.text).toBe(list.text);
  });
});

it('a new application of the name is not its former tenant’s', async () => {
  const former = await test.as('acme', ALL);
  for (const path of PATHS) {
    expect((await former.get(`${path}?${CMX}`)).status).toBe(404);
    expect((await former.put(`${path}?${CMX}`, { of: 'acme' })).status).toBe(404);
  }
  expect((await former.delete('/applications/kettle')).status).toBe(404);
});
