import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase, withDatabase } from '../support/database.js';
import { TektonProcess } from '../support/tekton-process.js';
import {
  startTestNats,
  startTestTekton,
  testEnvironment,
  type TestTekton,
} from '../support/test-tekton.js';
import { openSocket, Received, requestOf } from '../overload/callers.js';

/** Against hanging. */
const PATIENCE = { timeout: 20_000 };
const EPTS = '/tenant-configs?serviceInstanceName=epts';
const LARGE = { text: 'x'.repeat(900 * 1024) };

let test: TestTekton;
const startWith = (environment: Record<string, string>) => async () => {
  test = await startTestTekton({ HTTP_STREAM_LIMIT: '1', ...environment });
  expect((await test.rest.put(EPTS, LARGE)).status).toBe(201);
};

async function longPoll(waitS: number): Promise<string> {
  const { position } = (await test.rest.get('/changes')).json() as { position: number };
  return requestOf(`/changes?since=${position}&wait=${waitS}`);
}

function database<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const { pathname } = new URL(test.databaseUrl);
  return withDatabase(test.databaseUrl, pathname.slice(1), work);
}

/** Transactions that rest: those of bulk reads whose callers read nothing more at the moment. */
function openSnapshots(): Promise<number | null> {
  return database(async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
    return rowCount;
  });
}

/** Keeps the rows of a bulk read locked until `work` is done. */
function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  return database(async (client) => {
    await client.query('BEGIN; LOCK TABLE applications IN ACCESS EXCLUSIVE MODE');
    return work();
  });
}

describe('a bulk read, where a reader may stall for a second,', () => {
  beforeAll(startWith({ HTTP_STALL_TIMEOUT: '1', DATABASE_QUERY_TIMEOUT: '4' }));
  afterAll(() => test.stop());

  it('waits for a slow database', async () => {
    let answer: Promise<{ status: number; text: string }> | undefined;
    await whileLocked(async () => {
      answer = test.rest.get('/bulk');
      await sleep(2500);
    });
    const { status, text } = (await answer) ?? {};
    expect([status, text?.includes(LARGE.text)]).toEqual([200, true]);
  });

  it.each(['/bulk', '/app-configs'])(
    'is refused if the database does not answer (%s)',
    async (path) => {
      const answer = await whileLocked(() => test.rest.get(path));
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('etag')).toBeNull();
      expect((await test.rest.get(path)).status).toBe(200);
    },
  );

  it('waits for its turn behind a long poll', async () => {
    const socket = openSocket(test);
    const received = new Received(socket);
    socket.write((await longPoll(4)) + requestOf('/bulk'));
    await expect.poll(() => received.text.endsWith('\r\n0\r\n\r\n'), PATIENCE).toBe(true);
    expect(received.statuses).toEqual([200, 200]);
    expect(received.text).toContain(LARGE.text.slice(0, 1000));
  });
});

describe('a bulk read, where a reader may stall for an hour,', () => {
  beforeAll(startWith({ HTTP_STALL_TIMEOUT: '3600' }));
  afterAll(() => test.stop());

  it('ends when its caller goes away whose long poll is not answered yet', async () => {
    const status = async () => (await test.rest.get('/bulk')).status;
    const socket = openSocket(test);
    socket.write((await longPoll(60)) + requestOf('/bulk'));
    await expect.poll(openSnapshots, PATIENCE).toBe(1);
    expect(await status()).toBe(503);
    socket.destroy();
    await expect.poll(openSnapshots, PATIENCE).toBe(0);
    expect(await status()).toBe(200);
  });
});

it('a caller that goes away is no fault that the log tells', async () => {
  const { nats, stop: stopNats } = await startTestNats();
  const database = await createDatabase(inject('postgresUrl'));
  const tekton = new TektonProcess(testEnvironment(database, nats.url, { LOG_LEVEL: 'info' }));
  try {
    const rest = await tekton.serving();
    for (let round = 0; round < 20; round++) {
      const socket = openSocket({ rest });
      // Node.js closes the connection for the second, while the first is being answered.
      socket.write(requestOf('/bulk') + 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n');
      await once(socket, 'close');
    }
    await expect.poll(async () => (await rest.get('/bulk')).status).toBe(200);
    // A round trip later also the last line is written.
    expect((await rest.put(EPTS, { a: 1 })).status).toBe(201);
    expect(tekton.log().filter(({ level }) => level === 'error')).toEqual([]);
  } finally {
    await tekton.kill();
    await stopNats();
  }
});
