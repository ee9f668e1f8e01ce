import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase, withDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { RestClient, type Answer } from '../support/rest-client.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';
import { expectSecured } from './secured-headers.js';

const ONE = '/app-configs/applications/app?serviceInstanceName=cmx';

/** What gives away how Tekton is made, or where it runs. */
const INNER_WORKINGS = [
  /\bat \S+ \(|\bat (async )?(file|node):|\.[jt]s:\d+/, // a stack
  /\b(SELECT \w|INSERT INTO|UPDATE \w+ SET|DELETE FROM|ALTER TABLE)\b/,
  /\b(relation|column|constraint) "|\b(syntax error at|QueryFailedError|SQLSTATE)\b/i,
  /node_modules|\/(work|tmp|home|root|usr|srv|dist|src)\//,
  /postgres(ql)?:\/\/|nats:\/\/|ECONNREFUSED|127\.0\.0\.1/,
  /Fastify|Nest|FST_ERR|statusCode|typeorm/i,
];

function expectNothingInner({ status, text, headers }: Answer): void {
  const told = [text, ...[...headers.values()]].join('\n');
  expect(INNER_WORKINGS.filter((pattern) => pattern.test(told)).map(String)).toEqual([]);
  expectSecured(headers, expect.stringMatching(/^default-src 'none'; /));
  if (status < 400) return;
  const { message, errors, ...rest } = JSON.parse(text) as Record<string, unknown>;
  expect(message).toBeTypeOf('string');
  expect(rest).toEqual({});
  expect(errors ?? []).toBeInstanceOf(Array);
}

/** Calls that reach each table in each way. */
function everyCall(rest: RestClient): Record<string, () => Promise<Answer>> {
  return {
    list: () => rest.get('/applications'),
    read: () => rest.get('/applications/app'),
    create: () => rest.post('/applications', { name: 'another' }),
    rename: () => rest.patch('/applications/app', { displayName: 'Kettle' }),
    remove: () => rest.delete('/applications/app'),
    'add a version': () => rest.post('/applications/app/app-versions', { suffix: 'v1' }),
    'read a configuration': () => rest.get(ONE),
    'put a configuration': () => rest.put(ONE, { n: 1 }),
    'patch a configuration': () => rest.patch(ONE, { n: null }),
    'delete a configuration': () => rest.delete(ONE),
    'read the history': () => rest.get(ONE.replace('app?', 'app/history?')),
    'read everything': () => rest.get('/bulk'),
    'load many': () => rest.post('/app-configs', { cmx: { kaa: { applications: { app: {} } } } }),
    'configure the tenant': () => rest.put('/tenant-configs?serviceInstanceName=cmx', {}),
  };
}

describe('nobody is told how Tekton is made', () => {
  let test: TestTekton;
  beforeAll(async () => {
    test = await startTestTekton();
    await test.rest.post('/applications', { name: 'app' });
  });
  afterAll(() => test.stop());

  const NUL = String.fromCharCode(0);

  it.each<[string, number, (rest: RestClient) => Promise<Answer>]>([
    ['no JSON', 400, (rest) => rest.put(ONE, '{"a":')],
    ['no UTF-8', 400, (rest) => rest.put(ONE, Buffer.from([0x7b, 0xff, 0x7d]))],
    ['an empty body', 400, (rest) => rest.put(ONE, '')],
    ['a list', 400, (rest) => rest.put(ONE, [])],
    ['JSON of another form', 400, (rest) => rest.post('/applications', { name: { a: 1 } })],
    ['a name twice', 400, (rest) => rest.put(ONE, '{"a":1,"a":2}')],
    ['a prototype', 400, (rest) => rest.post('/applications', '{"__proto__":{"name":"x"}}')],
    ['a NUL in a name', 400, (rest) => rest.post('/applications', { name: `a${NUL}b` })],
    [
      'a NUL in a description',
      400,
      (rest) => rest.post('/applications', { name: 'nul', description: NUL }),
    ],
    ['a NUL in the path', 400, (rest) => rest.get('/applications/a%00b')],
    ['a NUL in the query', 400, (rest) => rest.get('/applications?tenantId=%00')],
    ['a malformed escape in the path', 400, (rest) => rest.get('/applications/%c3%28')],
    ['a cut escape in the path', 400, (rest) => rest.get('/applications/%e')],
    ['SQL in the path', 400, (rest) => rest.get(`/applications/${encodeURIComponent(`'--`)}`)],
    ['SQL in the query', 404, (rest) => rest.get(`${ONE}'--`)],
    ['a way out of the path', 404, (rest) => rest.get('/docs/..%2f..%2fpackage.json')],
    ['a deeper way out of it', 404, (rest) => rest.get('/docs/%2e%2e/%2e%2e/etc/passwd')],
    ['a number that is none', 400, (rest) => rest.get('/app-configs/applications/app/history/x')],
  ])('of %s (%i)', async (_, status, call) => {
    const answer = await call(test.rest);
    expect(answer.status).toBe(status);
    expectNothingInner(answer);
  });

  it('of a malformed escape in the query, or a NUL in a document', async () => {
    for (const answer of [
      await test.rest.get('/applications?tenantId=%zz'),
      await test.rest.put(ONE, { [NUL]: NUL }),
    ]) {
      expect(answer.status).toBeLessThan(500);
      expectNothingInner(answer);
    }
  });
});

describe('nor why it fails, while', () => {
  it('the database has not been reached', async () => {
    const tekton = await startTekton(
      testEnvironment('postgres://user:password@127.0.0.1:1/none', 'nats://127.0.0.1:1'),
    );
    const rest = new RestClient(`${tekton.restUrl}/api/v1`);
    for (const call of Object.values(everyCall(rest))) {
      const answer = await call();
      expect(answer.status).toBe(503);
      expectNothingInner(answer);
    }
    await tekton.stop();
    await tekton.ready;
  });

  it('the database is away', async () => {
    const url = new URL(await createDatabase(inject('postgresUrl')));
    const gate = await Gate.before(Number(url.port));
    gate.open();
    url.port = String(gate.port);
    const test = await startTestTekton({ DATABASE_URL: url.href });
    await test.rest.post('/applications', { name: 'app' });
    gate.shut();
    for (const call of Object.values(everyCall(test.rest))) {
      const answer = await call();
      expect(answer.status).toBe(503);
      expectNothingInner(answer);
    }
    await test.stop();
    gate.close();
  });

  it.each(['applications', 'configurations', 'configuration_revisions', 'outbox'])(
    'the table %s is not what it was',
    async (table) => {
      const test = await startTestTekton();
      await test.rest.post('/applications', { name: 'app' });
      const { pathname } = new URL(test.databaseUrl);
      await withDatabase(test.databaseUrl, pathname.slice(1), (client) =>
        client.query(`ALTER TABLE ${table} RENAME TO broken`),
      );
      const answers = [];
      for (const call of Object.values(everyCall(test.rest))) {
        // A bulk read that has begun breaks off: half an answer must not look whole.
        answers.push(
          ...(await call().then(
            (answer) => [answer],
            () => [],
          )),
        );
      }
      for (const answer of answers) expectNothingInner(answer);
      const failed = answers.filter(({ status }) => status === 500);
      expect(failed.length).toBeGreaterThan(0);
      for (const { json } of failed) expect(json()).toEqual({ message: 'Internal Server Error' });
      await test.stop();
    },
  );
});
