import { createConnection, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({ HTTP_STREAM_LIMIT: '1', HTTP_STALL_TIMEOUT: '2' });
});
afterAll(() => test.stop());

const APPLICATIONS = 1000;

/** 1,000 applications with 3 versions and 5 configurations each. */
function largeLoad(): object {
  const cmx: Record<string, object> = {};
  const ota: Record<string, object> = {};
  for (let index = 0; index < APPLICATIONS; index++) {
    const name = `app${index}`;
    const versions = Object.fromEntries(
      ['v1', 'v2', 'v3'].map((suffix) => [`${name}-${suffix}`, { index, suffix }]),
    );
    cmx[name] = { index, pad: 'x'.repeat(20_000), versions };
    ota[name] = { retries: index % 10 };
  }
  return { cmx: { kaa: { applications: cmx } }, 'cmx-ota': { kaa: { applications: ota } } };
}

describe('a large set', () => {
  it('is loaded at once, and told in three messages', async () => {
    const loaded = await test.rest.post('/app-configs', largeLoad());
    expect(loaded.json()).toEqual({
      applications: { created: APPLICATIONS },
      appVersions: { created: 3 * APPLICATIONS },
      configurations: { created: 5 * APPLICATIONS, updated: 0, deleted: 0, unchanged: 0 },
    });
    expect(await test.subscriber.summaries(3)).toEqual([
      'broadcast upsert tekton: kaa - -',
      'targeted upsert cmx: kaa - -',
      'targeted upsert cmx-ota: kaa - -',
    ]);
  });

  it('comes back whole', async () => {
    const exported = await test.rest.get('/app-configs');
    const again = await test.rest.post('/app-configs?mode=replace', exported.text);
    expect(again.json()).toMatchObject({
      configurations: { created: 0, updated: 0, deleted: 0, unchanged: 5 * APPLICATIONS },
    });
    const { tenants } = (await test.rest.get('/bulk?serviceInstanceName=cmx')).json() as {
      tenants: { applications: { appVersions: object[] }[] }[];
    };
    expect(tenants[0]?.applications).toHaveLength(APPLICATIONS);
    expect(tenants[0]?.applications.flatMap(({ appVersions }) => appVersions)).toHaveLength(
      3 * APPLICATIONS,
    );
  });

  it('is answered to few at a time; one who reads nothing is cut off and frees the place', async () => {
    const stalled = await readNothing('/bulk');
    const refused = await test.rest.get('/bulk');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    await stalled.closed;
    await expect.poll(async () => (await test.rest.get('/bulk')).status).toBe(200);
  });

  it('frees the place of a reader who goes away', async () => {
    const reader = await readNothing('/bulk');
    reader.socket.destroy();
    await expect.poll(async () => (await test.rest.get('/bulk')).status).toBe(200);
  });

  it('does not look whole if the database fails in the middle', async () => {
    const reader = await readNothing('/bulk');
    const { pathname } = new URL(test.databaseUrl);
    await withDatabase(test.databaseUrl, pathname.slice(1), async (client) => {
      // Once the reader has stalled it, the stream waits within its transaction.
      await expect
        .poll(async () => {
          const { rowCount } = await client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND state = 'idle in transaction'`,
          );
          return rowCount;
        })
        .toBe(1);
    });
    reader.socket.resume();
    await reader.closed;
    // A chunked answer that is whole ends with an empty chunk.
    expect(reader.received().endsWith('0\r\n\r\n')).toBe(false);
    expect(reader.received()).toMatch(/^HTTP\/1\.1 200 /);
    await expect.poll(async () => (await test.rest.get('/bulk')).status).toBe(200);
  });
});

/** Asks for an answer and takes only its beginning, until `resume`. */
async function readNothing(path: string): Promise<{
  socket: Socket;
  closed: Promise<void>;
  received: () => string;
}> {
  const { hostname, port } = new URL(test.rest.baseUrl);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.write(`GET /api/v1${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  let received = '';
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.length === chunk.length) socket.pause();
      resolve();
    });
  });
  // A paused socket does not notice its end: it is looked for by reading on, late.
  setTimeout(() => socket.resume(), 4000).unref();
  return { socket, closed, received: () => received };
}
