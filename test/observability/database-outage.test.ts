import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDatabase, withDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import type { Answer, RestClient } from '../support/rest-client.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { figuresOf, scrape } from './scrape.js';

const DATABASE_SILENT = 'The database does not answer';

let gate: Gate;
let databaseUrl: string;
let test: TestTekton;
let management: RestClient;
beforeAll(async () => {
  databaseUrl = await createDatabase(inject('postgresUrl'));
  const gated = new URL(databaseUrl);
  gate = await Gate.before(Number(gated.port));
  gate.open();
  gated.port = String(gate.port);
  gated.hostname = '127.0.0.1';
  test = await startTestTekton({
    DATABASE_URL: gated.href,
    DATABASE_RELAY_TIMEOUT: '1',
    DATABASE_CONNECT_TIMEOUT: '1',
  });
  ({ management } = test);
});
afterAll(async () => {
  gate.open();
  await test.stop();
  gate.close();
});
beforeEach(async () => {
  gate.open();
  await expect.poll(async () => (await management.get('/health')).status).toBe(200);
});

describe.each([
  [
    'away',
    () => {
      gate.shut();
    },
  ],
  [
    'silent',
    () => {
      gate.hold('everything');
    },
  ],
] as const)('while the database is %s', (_, fail) => {
  it('health says so, and metrics tell what is known, also to many at a time', async () => {
    fail();
    const many = Array.from({ length: 30 });
    const [healths, metrics] = await Promise.all([
      Promise.all(many.map(() => management.get('/health'))),
      Promise.all(many.map(() => scrape(management))),
    ]);
    for (const health of healths) {
      expect(health.status).toBe(500);
      expect(problemsOf(health)).toMatchObject({ database: DATABASE_SILENT });
    }
    for (const series of metrics) {
      // No figure, rather than an old one or none for zero.
      expect(figuresOf(series, 'tekton_outbox_backlog')).toEqual({});
      expect(figuresOf(series, 'tekton_outbox_oldest_seconds')).toEqual({});
      expect(figuresOf(series, 'tekton_nats_connected')).toEqual({ '': 1 });
      expect(figuresOf(series, 'tekton_database_pool_waiting')).toEqual({ '': 0 });
    }
    const ready = await management.get('/health/ready');
    expect([ready.status, problemsOf(ready)]).toEqual([503, { database: DATABASE_SILENT }]);
    expect((await management.get('/health/live')).status).toBe(200);
  });
});

it('health says that the row of the lease is lost; REST goes on', async () => {
  const [lease] = await sql('DELETE FROM relay_lease RETURNING *');
  const health = await management.get('/health');
  expect(health.status).toBe(500);
  expect(problemsOf(health)).toEqual({
    outbox: expect.stringMatching(/relay_lease.*Restore the database/) as string,
  });
  expect((await management.get('/health/ready')).status).toBe(200);
  expect(figuresOf(await scrape(management), 'tekton_outbox_backlog')).toEqual({});
  await sql('INSERT INTO relay_lease SELECT * FROM json_populate_record(NULL::relay_lease, $1)', [
    JSON.stringify(lease),
  ]);
});

it('health names the migrations that a restored database lacks', async () => {
  const [migration] = await sql('DELETE FROM migrations WHERE id = 2 RETURNING *');
  for (const [path, status] of [
    ['/health', 500],
    ['/health/ready', 503],
  ] as const) {
    const answer = await management.get(path);
    expect(answer.status).toBe(status);
    expect(problemsOf(answer)).toEqual({
      database: expect.stringMatching(/lacks migrations.*: WhoChanged\d+\./) as string,
    });
  }
  await sql('INSERT INTO migrations SELECT * FROM json_populate_record(NULL::migrations, $1)', [
    JSON.stringify(migration),
  ]);
});

it('what is not there is told in the form of all errors', async () => {
  for (const [method, path, body, status] of [
    ['GET', '/nothing', undefined, 404],
    ['POST', '/health', '{}', 404],
    ['PUT', '/metrics', '{', 400],
  ] as const) {
    const answer = await management.call(method, path, { body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(answer.json() as object)).toEqual(['message']);
  }
});

/** What a health says is wrong, by what it is about. */
function problemsOf({ json }: Answer): Record<string, string> {
  const { error } = json() as { error: Record<string, { message: string }> };
  return Object.fromEntries(Object.entries(error).map(([name, { message }]) => [name, message]));
}

function sql(text: string, values: unknown[] = []): Promise<object[]> {
  return withDatabase(databaseUrl, new URL(databaseUrl).pathname.slice(1), async (client) => {
    const { rows } = await client.query<object>(text, values);
    return rows;
  });
}
