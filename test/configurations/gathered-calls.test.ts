import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import { summarise } from '../support/subscriber.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const ALL = {
  scope: 'application:read application:update application:delete tenant:application:create',
};
const PLATFORM = { scope: 'kaa:application:read' };
const at = (app: string) => `/app-configs/applications/${app}?serviceInstanceName=cmx`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('calls that come at the same time', () => {
  let test: TestTekton;

  beforeAll(async () => {
    test = await startTestTekton();
    await Promise.all(numbers(20).map((n) => test.rest.post('/applications', { name: `app${n}` })));
    await test.subscriber.take(20);
  });
  afterAll(() => test.stop());

  it('are each done as if alone: created, changed, unchanged, missing', async () => {
    const created = await Promise.all(numbers(20).map((n) => test.rest.put(at(`app${n}`), { n })));
    expect(created.map(({ status }) => status)).toEqual(Array(20).fill(201));
    await test.subscriber.take(20);
    const mixed = await Promise.all([
      ...numbers(10).map((n) => test.rest.put(at(`app${n}`), { n, changed: true })),
      ...numbers(10).map((n) => test.rest.put(at(`app${n + 10}`), { n: n + 10 })),
      ...numbers(10).map((n) => test.rest.put(at(`nobody${n}`), { n })),
    ]);
    expect(mixed.map(({ status }) => status)).toEqual([
      ...Array<number>(20).fill(200),
      ...Array<number>(10).fill(404),
    ]);
    expect(mixed.slice(0, 20).map(({ headers }) => headers.get('x-revision'))).toEqual([
      ...Array<string>(10).fill('2'),
      ...Array<string>(10).fill('1'),
    ]);
    const told = await test.subscriber.summaries(10);
    expect(told.sort()).toEqual(numbers(10).map((n) => `targeted upsert cmx: kaa app${n} - r2`));
    const read = await Promise.all(
      [...numbers(20).map((n) => `app${n}`), 'nobody'].map((app) => test.rest.get(at(app))),
    );
    expect(read.map(({ status, text }) => (status === 200 ? text : status))).toEqual([
      ...numbers(10).map((n) => `{"n":${n},"changed":true}`),
      ...numbers(10).map((n) => `{"n":${n + 10}}`),
      404,
    ]);
  });

  it('to one configuration: each change has its revision, its history, and its message, in order', async () => {
    const answers = await Promise.all(
      numbers(60).map((n) => test.rest.put(at('app0'), { put: n })),
    );
    const revisions = answers.map(({ headers }) => Number(headers.get('x-revision')));
    expect(revisions.sort((one, other) => one - other)).toEqual(numbers(60).map((n) => n + 3));
    expect(await test.subscriber.summaries(60)).toEqual(
      numbers(60).map((n) => `targeted upsert cmx: kaa app0 - r${n + 3}`),
    );
    const history = await test.rest.get(
      '/app-configs/applications/app0/history?serviceInstanceName=cmx&limit=100',
    );
    const entries = history.json() as { revision: number; correlationId: string }[];
    const correlations = new Map(entries.map((one) => [one.revision, one.correlationId]));
    for (const { headers } of answers) {
      expect(correlations.get(Number(headers.get('x-revision')))).toBe(
        headers.get('x-correlation-id'),
      );
    }
  });

  it('do not wait for one whose configuration is held by another transaction', async () => {
    const holder = new pg.Client(test.databaseUrl);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM configurations WHERE owner_name = 'app1' FOR UPDATE`);
    const held = test.rest.put(at('app1'), { held: true });
    const others = await Promise.all(
      numbers(18).map((n) => test.rest.put(at(`app${n + 2}`), { beside: n })),
    );
    expect(others.map(({ status }) => status)).toEqual(Array(18).fill(200));
    await test.subscriber.take(18);
    await holder.query('ROLLBACK');
    await holder.end();
    expect((await held).status).toBe(200);
    expect(await test.subscriber.summaries(1)).toEqual([
      expect.stringMatching(/^targeted upsert cmx: kaa app1 - r\d+$/),
    ]);
  });

  it('while the application is deleted and made anew: nothing is lost, nobody gets another error', async () => {
    const told = test.subscriber.all.length;
    const answers = await Promise.all([
      ...numbers(40).map((n) => test.rest.put(at('app2'), { race: n })),
      test.rest.delete('/applications/app2'),
      ...numbers(20).map((n) => test.rest.put(at('app2'), { race: n + 40 })),
      test.rest.post('/applications', { name: 'app2' }),
      ...numbers(20).map((n) => test.rest.put(at('app2'), { race: n + 60 })),
    ]);
    const statuses = new Set(answers.map(({ status }) => status));
    for (const status of statuses) expect([200, 201, 204, 404, 409]).toContain(status);
    const changed = answers.filter(
      ({ status, headers }) => status < 300 && headers.has('x-revision'),
    );
    const wanted = changed.map(({ headers }) => headers.get('x-revision'));
    await expect
      .poll(() =>
        test.subscriber.all
          .slice(told)
          .map(summarise)
          .filter((line) => line.startsWith('targeted upsert cmx: kaa app2 -'))
          .map((line) => line.split(' r')[1]),
      )
      .toEqual(expect.arrayContaining(wanted));
  });
});

describe('calls of several tenants that come at the same time', () => {
  let test: SecureTekton;

  beforeAll(async () => {
    test = await startSecureTekton();
  });
  afterAll(() => test.stop());

  it('show and change nobody another one’s', async () => {
    const kaa = await test.as('kaa', PLATFORM);
    const tenants = await Promise.all(
      (['acme', 'globex'] as const).map(async (id) => ({ id, rest: await test.as(id, ALL) })),
    );
    for (const { id, rest } of tenants) {
      await rest.post('/applications', { name: `of-${id}` });
      await rest.put(at(`of-${id}`), { of: id });
    }
    const ids = tenants.map(({ id }) => id);
    const calls = numbers(40).flatMap((n) =>
      tenants.flatMap(({ id, rest }) =>
        ids.map(async (other) => ({
          id,
          other,
          write: (await rest.put(at(`of-${other}`), { of: id, n })).status,
          read: await rest.get(at(`of-${other}`)),
        })),
      ),
    );
    for (const { id, other, write, read } of await Promise.all(calls)) {
      expect([id, other, write]).toEqual([id, other, id === other ? 200 : 404]);
      expect(read.status).toBe(id === other ? 200 : 404);
      if (id === other) expect(read.json()).toMatchObject({ of: id });
    }
    for (const id of ids) expect((await kaa.get(at(`of-${id}`))).json()).toMatchObject({ of: id });
  });
});
