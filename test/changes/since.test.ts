import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase, withDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { RestClient } from '../support/rest-client.js';
import { summarise } from '../support/subscriber.js';
import { startTekton } from '../../src/start-tekton.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';
import {
  changesAt,
  settledPosition,
  summariseChange,
  toldBy,
  type ToldChange,
} from './told-changes.js';

const EXAMINE_LIMIT = 7;
const APPS = ['a', 'b', 'c', 'd', 'e'];

let test: TestTekton;
let last: number;
beforeAll(async () => {
  test = await startTestTekton({ CHANGES_EXAMINE_LIMIT: `${EXAMINE_LIMIT}` });
  const { rest } = test;
  for (const name of APPS) await rest.post('/applications?tenantId=acme', { name });
  await rest.post('/applications/a/app-versions', { suffix: 'v1' });
  for (const name of APPS) {
    await rest.put(`/app-configs/applications/${name}`, { cmx: { a: 1 }, epts: {} });
    await rest.put(`/app-configs/applications/${name}?serviceInstanceName=cmx`, { a: 2 });
  }
  const version = '/app-configs/applications/a/app-versions/a-v1?serviceInstanceName=cmx-ota';
  await rest.put(version, {});
  await rest.put('/tenant-configs?tenantId=acme&serviceInstanceName=epts', { a: 1 });
  await rest.put('/bulk', {
    tenants: ['acme', 'globex'].map((tenantId) => ({
      tenantId,
      configs: { cmx: { b: tenantId } },
      applications: [{ name: `${tenantId}-new` }],
    })),
  });
  await rest.delete('/applications/b');
  last = await settledPosition(rest, test.management);
  await test.subscriber.take(last);
});
afterAll(() => test.stop());

/** Asks again and again, each time from where the answer before ended. */
async function page(query: string, calls: number[] = []): Promise<ToldChange[]> {
  const all: ToldChange[] = [];
  for (let since = 0; since < last;) {
    const { position, changes } = await changesAt(test.rest, `since=${since}&${query}`);
    expect(position).toBeGreaterThan(since);
    for (const change of changes) expect(change.position).toBeLessThanOrEqual(position);
    all.push(...changes);
    calls.push(changes.length);
    since = position;
  }
  return all;
}

describe('what changed since a position', () => {
  it('is what NATS carried, in that order', async () => {
    const { rest, subscriber } = test;
    const all = await page('');
    expect(all.map(summariseChange)).toEqual(subscriber.all.map(summarise));
    expect(all.map(({ position }) => position)).toEqual(
      subscriber.all.map(({ position }) => position),
    );
    expect(
      all.map(({ correlationId, at }) => ({ correlationId, timestamp: Date.parse(at) })),
    ).toEqual(subscriber.all.map(({ correlationId, timestamp }) => ({ correlationId, timestamp })));
    for (const { at } of all) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const headers = { 'x-correlation-id': 'of-this-call' };
    const path = '/app-configs/applications/a?serviceInstanceName=cmx';
    await rest.put(path, { a: 3 }, { headers });
    const [told] = await subscriber.take(1);
    last = told?.position ?? NaN;
    expect((await changesAt(rest, `since=${last - 1}`)).changes).toEqual([
      {
        position: last,
        kind: 'targeted',
        operation: 'upsert',
        tenantId: 'acme',
        appName: 'a',
        appVersionName: null,
        serviceInstanceName: 'cmx',
        revision: 3,
        correlationId: 'of-this-call',
        at: new Date(told?.timestamp ?? NaN).toISOString(),
      },
    ]);
  });

  it.each(['cmx', 'epts', 'cmx-ota'])('is for %s what it is told', async (name) => {
    const told = test.subscriber.all.filter(
      (message) => message.kind === 'broadcast' || message.name === name,
    );
    const all = await page(`serviceInstanceName=${name}`);
    expect(all.map(({ position }) => position)).toEqual(told.map(({ position }) => position));
  });

  it.each(['limit=1', 'limit=3', 'limit=5000', 'serviceInstanceName=cmx-ota&limit=1'])(
    'comes by %s in parts without gaps or repeats',
    async (query) => {
      const whole = await page(query.replace(/&?limit=\d+/, ''));
      expect(await page(query)).toEqual(whole);
    },
  );

  it('is looked for in so many entries at a time, also if none of them is asked for', async () => {
    const calls: number[] = [];
    const all = await page('serviceInstanceName=cmx-ota&tenantId=globex', calls);
    expect(all.map(summariseChange)).toEqual(['broadcast upsert tekton: - - -']);
    expect(calls).toHaveLength(Math.ceil(last / EXAMINE_LIMIT));
    // Nor is it waited for, as there is more.
    const cut = await changesAt(test.rest, 'since=0&tenantId=globex&wait=60');
    expect(cut).toEqual({ position: EXAMINE_LIMIT, changes: [] });
  });

  it.each(['globex', 'kaa'])('is for %s what concerns it', async (tenantId) => {
    const all = await page(`tenantId=${tenantId}`);
    expect(all.map(summariseChange)).toEqual(
      tenantId === 'kaa'
        ? []
        : ['broadcast upsert tekton: - - -', 'targeted upsert cmx: globex - - r1'],
    );
  });

  it('is nothing without a position, but that of now', async () => {
    expect(await changesAt(test.rest, 'wait=60')).toEqual({ position: last, changes: [] });
    expect(await changesAt(test.rest, `since=${last}`)).toEqual({ position: last, changes: [] });
  });

  it.each([
    'since=-1',
    'since=1.5',
    'since=9007199254740992',
    'since=x',
    'since=1&since=2',
    'limit=0',
    'limit=5001',
    'wait=61',
    'wait=-1',
    'until=1',
  ])('is not told to %s', async (query) => {
    expect(await test.rest.get(`/changes?${query}`)).toMatchObject({ status: 400 });
  });

  it('is not there for an instance that is not', async () => {
    const answer = await test.rest.get('/changes?serviceInstanceName=none&wait=60');
    expect(answer).toMatchObject({ status: 404 });
  });
});

it('misses nothing after a bulk read, whatever is written meanwhile', async () => {
  const writing = await startTestTekton();
  const { rest, management } = writing;
  const names = ['p', 'q', 'r', 's'];
  for (const name of names) await rest.post('/applications', { name });
  const valueOf = async (name: string) =>
    (await rest.get(`/app-configs/applications/${name}?serviceInstanceName=cmx`)).text;
  const writers = names.map(async (name) => {
    for (let value = 0; value < 40; value++) {
      await rest.put(`/app-configs/applications/${name}?serviceInstanceName=cmx`, { value });
    }
  });
  const end = new AbortController();
  const written = Promise.all(writers).then(() => {
    end.abort();
  });
  const snapshots: { position: string; values: Map<string, string> }[] = [];
  do {
    const bulk = await rest.get('/bulk?serviceInstanceName=cmx');
    const { tenants } = bulk.json() as {
      tenants: { applications: { name: string; config?: object }[] }[];
    };
    const applications = tenants.flatMap((tenant) => tenant.applications);
    snapshots.push({
      position: bulk.headers.get('x-position') ?? '',
      values: new Map(applications.map(({ name, config }) => [name, JSON.stringify(config)])),
    });
  } while (!end.signal.aborted);
  await written;
  await settledPosition(rest, management);
  for (const { position, values } of snapshots) {
    const { changes } = await changesAt(rest, `serviceInstanceName=cmx&since=${position}`);
    const changed = new Set(changes.map(({ appName }) => appName));
    for (const name of names) {
      if (!changed.has(name)) expect(values.get(name)).toBe(await valueOf(name));
    }
  }
  await writing.stop();
});

describe('a position', () => {
  const GONE = /read GET \/bulk anew, and go on from the X-Position/;

  it('that is ahead of the last one is gone, with or without waiting', async () => {
    for (const query of [`since=${last + 1}`, `since=${Number.MAX_SAFE_INTEGER}&wait=60`]) {
      const answer = await test.rest.get(`/changes?${query}`);
      expect(answer).toMatchObject({ status: 410 });
      expect(answer.text).toMatch(GONE);
    }
  });

  it('of which not all that follows is kept is gone', async () => {
    await withDatabase(test.databaseUrl, new URL(test.databaseUrl).pathname.slice(1), (client) =>
      client.query('UPDATE relay_lease SET pruned_position = 3'),
    );
    for (const query of ['since=0', 'since=2&wait=60']) {
      const answer = await test.rest.get(`/changes?${query}`);
      expect(answer).toMatchObject({ status: 410 });
      expect(answer.text).toMatch(GONE);
    }
    const [first] = (await changesAt(test.rest, 'since=3')).changes;
    expect(first?.position).toBe(4);
  });
});

it('is told also while NATS is away', async () => {
  const gate = await Gate.before(1);
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const tekton = await startTekton(testEnvironment(databaseUrl, `nats://127.0.0.1:${gate.port}`));
  await tekton.ready;
  const rest = new RestClient(`${tekton.restUrl}/api/v1`);
  const waiting = rest.get('/changes?serviceInstanceName=epts&since=0&wait=60');
  await rest.put('/tenant-configs?serviceInstanceName=epts', { a: 1 });
  expect(toldBy(await waiting).changes.map(summariseChange)).toEqual([
    'targeted upsert epts: kaa - - r1',
  ]);
  await tekton.stop();
  gate.close();
});
