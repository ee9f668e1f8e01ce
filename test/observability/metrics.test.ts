import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../fuzz/raw-client.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { figuresOf, scrape, valuesOf } from './scrape.js';

const PACKAGE_FILE = new URL('../../package.json', import.meta.url);
const APP = '/app-configs/applications/kettle';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  const { rest } = test;
  // Before the metrics are read for the first time: they are counted now and then only.
  await rest.put('/bulk', {
    tenants: [
      {
        tenantId: 'kaa',
        configs: { cmx: {} },
        applications: ['kettle', 'lamp'].map((name) => ({
          name,
          displayName: name,
          configs: { cmx: {}, 'cmx-ota': {} },
          appVersions: [{ name: `${name}-v1`, displayName: name, configs: { cmx: {} } }],
        })),
      },
    ],
  });
  await rest.delete('/app-configs/applications/lamp?serviceInstanceName=cmx-ota');
});
afterAll(() => test.stop());

describe('metrics tell', () => {
  it('which Tekton this is', async () => {
    const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string };
    const builds = (await scrape(test.management)).filter(
      ({ name }) => name === 'tekton_build_info',
    );
    expect(builds).toEqual([
      {
        name: 'tekton_build_info',
        labels: { version, node: process.versions.node },
        value: 1,
      },
    ]);
  });

  it('that this replica relays', async () => {
    await expect
      .poll(async () => figuresOf(await scrape(test.management), 'tekton_relay_active'))
      .toEqual({ '': 1 });
  });

  it('how many configurations there are, but for those that were deleted', async () => {
    await expect
      .poll(async () => figuresOf(await scrape(test.management), 'tekton_configurations'))
      .toEqual({ tenant: 1, application: 3, appversion: 2 });
  });

  it('what the process itself uses', async () => {
    const names = new Set((await scrape(test.management)).map(({ name }) => name));
    expect(names).toContain('process_resident_memory_bytes');
    expect(names).toContain('nodejs_eventloop_lag_seconds');
  });
});

it('no label takes a value that callers make up', async () => {
  await attack('first');
  const before = await settledCount();
  // Nothing that was never there before comes of it.
  await attack('second');
  expect(await settledCount()).toBe(before);
  const series = await scrape(test.management);
  const NAME = 'tekton_http_request_duration_seconds_count';
  for (const route of valuesOf(series, NAME, 'route')) {
    expect(route).toMatch(/^(none|\*|\/(api\/v1\/)?[\w/:*{}.-]*)$/);
  }
  for (const { labels } of series) {
    for (const value of Object.values(labels)) expect(value).not.toMatch(/hostile/i);
  }
});

/** What the metrics hold of HTTP. An answer is counted after it was sent. */
async function settledCount(): Promise<number> {
  let last = -1;
  await expect
    .poll(async () => {
      const series = await scrape(test.management);
      const count = series.filter(({ name }) => name.startsWith('tekton_http_')).length;
      const isSettled = count === last;
      last = count;
      return isSettled;
    })
    .toBe(true);
  return last;
}

async function attack(word: string): Promise<void> {
  const hostile = `hostile-${word}`;
  const { rest } = test;
  await rest.get(`/applications/${hostile}`);
  await rest.get(`/${hostile}/${hostile}`);
  await rest.get(`/docs/${hostile}.css`);
  await rest.get(`/applications?${hostile}=1`);
  await rest.put(`${APP}?serviceInstanceName=${hostile}`, {});
  await rest.get('/applications', { headers: { 'x-correlation-id': hostile, [hostile]: hostile } });
  await rest.get('/applications', { headers: { authorization: `Bearer ${hostile}` } });
  await rest.post('/applications', '{', { headers: { 'content-type': `text/${hostile}` } });
  const port = Number(new URL(test.tekton.restUrl).port);
  for (const method of ['PROPFIND', 'M-SEARCH', 'OPTIONS', 'TRACE', hostile.toUpperCase()]) {
    for (const path of [`/api/v1/${hostile}%zz`, `/api/v1/${hostile}`, '/api/v1/applications']) {
      const headers = [`host: ${hostile}`, 'connection: close', `x-forwarded-for: ${hostile}`];
      await send(port, {
        ...{ method, path, query: [], version: 'HTTP/1.1', headers },
        ...{ body: undefined, framing: 'none', ending: 'wait' },
      });
    }
  }
}
