import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { retryAfterOf } from '../../client/src/http-answer.js';
import { FaultyProxy } from './faulty-proxy.js';
import { ClientTest, type WatchedClient } from './watched-client.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a client whose Tekton, or what stands before it, is at fault', () => {
  let test: ClientTest;
  let proxy: FaultyProxy;
  let number = 0;
  let app: string;

  beforeAll(async () => {
    test = await ClientTest.start();
  });
  afterAll(() => test.stop());
  beforeEach(async () => {
    app = `app${number++}`;
    await test.addApplication(app);
    proxy = await FaultyProxy.start(test.test.tekton.restUrl);
  });
  afterEach(async () => {
    await test.closeClients();
    await proxy.stop();
  });

  const started = (limits = {}): Promise<WatchedClient> =>
    test.started({ url: proxy.url, limits: { requestTimeout: 500, ...limits } });
  const value = ({ client }: WatchedClient, appName = app) => client.config({ appName });

  it('gives up an answer that stalls in its middle, also when garbage was collected meanwhile', async () => {
    const watched = await started();
    let stalled = 0;
    proxy.fault = (_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"begun":');
      stalled++;
      setTimeout(collectGarbage, 100);
      return true;
    };
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => watched.all('problem').at(-1)?.message).toContain('it said nothing');
    expect(stalled).toBeGreaterThan(0);
    proxy.fault = () => false;
    await expect.poll(() => value(watched)).toEqual({ autoExtraction: false });
  });

  it('closes while an answer stalls in its middle', async () => {
    const watched = await started({ requestTimeout: 60_000 });
    let hasStalled = false;
    proxy.fault = (_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"begun":');
      hasStalled = true;
      return true;
    };
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => hasStalled).toBe(true);
    await sleep(100);
    collectGarbage();
    await watched.client.close();
    expect(value(watched)).toEqual({ autoExtraction: true });
  });

  it('reads other things while one is always answered with 500', async () => {
    const other = `other${number++}`;
    await test.addApplication(other);
    const watched = await started({ singleReads: 0 });
    proxy.fault = (asked, response) => {
      const isSick = asked.searchParams.get('include') === 'tenantConfigs';
      if (isSick) response.writeHead(500).end('sick');
      return isSick;
    };
    await test.test.rest.put('/tenant-configs?serviceInstanceName=epts', { of: app });
    await test.test.rest.delete('/tenant-configs?serviceInstanceName=epts');
    await test.put(`/applications/${other}`, { autoExtraction: false });
    await expect.poll(() => value(watched, other)).toEqual({ autoExtraction: false });
  });

  it('learns of a first configuration although this service instance was not known for a while', async () => {
    const name = `new${number++}`;
    await test.test.rest.post('/applications', { name });
    const watched = await started({ retryLast: 300 });
    proxy.fault = (asked, response) => {
      const isAsked = asked.pathname.endsWith(`/${name}`) || asked.searchParams.has('appName');
      if (isAsked) response.writeHead(404).end('{"message":"no such service instance"}');
      return isAsked;
    };
    await test.put(`/applications/${name}`, { autoExtraction: true });
    await expect.poll(() => watched.all('problem').length).toBeGreaterThan(0);
    expect(value(watched, name)).toBeUndefined();
    proxy.fault = () => false;
    await expect.poll(() => value(watched, name)).toEqual({ autoExtraction: true });
  });

  it('reads what is refused as one thing, however often it has changed', async () => {
    const watched = await started({ retryLast: 60_000 });
    proxy.fault = (asked, response) => {
      const isRefused = asked.pathname.includes(`/applications/${app}`);
      if (isRefused) response.writeHead(403).end('{"message":"not you"}');
      return isRefused;
    };
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await test.put(`/applications/${app}`, { timeSeries: [{ name }] });
      await expect
        .poll(() => watched.all('notification').some((one) => one.appName === app))
        .toBe(true);
    }
    await expect.poll(() => watched.all('problem').length).toBeGreaterThan(0);
    await expect.poll(() => watched.client.status.pending).toBe(1);
    expect(value(watched)).toEqual({ autoExtraction: true });
  });

  it('reads the others of a batch of which one is refused', async () => {
    const other = `other${number++}`;
    await test.addApplication(other);
    const watched = await started({ singleReads: 0, jitter: 300 });
    proxy.fault = (asked, response) => {
      const isRefused = asked.searchParams.getAll('appName').includes(app);
      if (isRefused) response.writeHead(400).end('{"message":"not this name"}');
      return isRefused;
    };
    await Promise.all([
      test.put(`/applications/${app}`, { autoExtraction: false }),
      test.put(`/applications/${other}`, { autoExtraction: false }),
    ]);
    await expect.poll(() => value(watched, other)).toEqual({ autoExtraction: false });
    expect(value(watched)).toEqual({ autoExtraction: true });
  });

  it('does not ask all the time where nobody lets it wait for changes', async () => {
    const watched = test.client({
      url: proxy.url,
      // Nobody listens there.
      nats: 'nats://127.0.0.1:1',
      limits: { retryFirst: 50, retryLast: 500 },
    });
    await watched.client.start();
    proxy.fault = (asked, response) => {
      if (!asked.pathname.endsWith('/changes')) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"position":${watched.client.status.position ?? 0},"changes":[]}`);
      return true;
    };
    const before = proxy.asked.length;
    await expect.poll(() => proxy.asked.length - before).toBeGreaterThan(3);
    await sleep(1500);
    // Without a pause there are hundreds.
    expect(proxy.asked.length - before).toBeLessThan(25);
    proxy.fault = () => false;
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => value(watched)).toEqual({ autoExtraction: false });
  });

  it('does what another end asks to wait for, within reason', () => {
    const retryAfter = (value: string) => retryAfterOf(new Headers({ 'retry-after': value }));
    expect(['3', '999999', '99999999999999', 'soon', ''].map(retryAfter)).toEqual([
      3000,
      600_000,
      600_000,
      undefined,
      undefined,
    ]);
  });
});
