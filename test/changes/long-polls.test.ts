import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { createDatabase, withDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import {
  changesAt,
  settledPosition,
  summariseChange,
  toldBy,
  waitingAt,
  type ToldChanges,
} from './told-changes.js';

interface Replica {
  tekton: RunningTekton;
  rest: RestClient;
  management: RestClient;
}

let nats: Awaited<ReturnType<typeof startTestNats>>;
let databaseUrl: string;
/** Of one database; the first has the relay, unless it is stopped. */
let first: Replica;
let second: Replica;
beforeAll(async () => {
  nats = await startTestNats();
  databaseUrl = await createDatabase(inject('postgresUrl'));
  first = await startReplica({ CHANGES_WAITING_LIMIT: '3', HTTP_REQUEST_TIMEOUT: '1' });
  second = await startReplica();
});
afterAll(async () => {
  await first.tekton.stop();
  await second.tekton.stop();
  await nats.stop();
});
afterEach(() => expect.poll(() => waitingAt(first.management)).toBe(0));

async function startReplica(environment: Record<string, string> = {}): Promise<Replica> {
  const tekton = await startTekton(testEnvironment(databaseUrl, nats.nats.url, environment));
  await tekton.ready;
  const rest = new RestClient(`${tekton.restUrl}/api/v1`);
  return { tekton, rest, management: new RestClient(tekton.managementUrl) };
}

/** A call that waits, once it does so. */
async function poll(
  { rest, management }: Replica,
  query: string,
): Promise<{ since: number; told: Promise<ToldChanges> }> {
  const since = await settledPosition(rest, management);
  const before = await waitingAt(management);
  const told = rest.get(`/changes?since=${since}&${query}`).then(toldBy);
  await expect.poll(() => waitingAt(management)).toBe(before + 1);
  return { since, told };
}

let value = 0;

async function change({ rest }: Replica, instance: string): Promise<void> {
  const answer = await rest.put(`/tenant-configs?serviceInstanceName=${instance}`, { v: value++ });
  expect(answer.status).toBeLessThan(300);
}

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const name = new URL(databaseUrl).pathname.slice(1);
  return withDatabase(databaseUrl, name, async (client) => {
    const results = await client.query<Record<string, unknown>>(text);
    return results.rows;
  });
}

describe('a call that waits', () => {
  it.each<[string, () => Replica, () => Replica]>([
    ['the replica that it asked', () => first, () => first],
    ['another replica, which relays', () => second, () => first],
    ['another replica, where the one that it asked relays', () => first, () => second],
  ])('is told at once of a change that is made at %s', async (_, asked, changed) => {
    for (const query of ['wait=15', 'wait=15&serviceInstanceName=epts&tenantId=kaa']) {
      const { since, told } = await poll(asked(), query);
      await change(changed(), 'epts');
      const { position, changes } = await told;
      expect([position, changes.map(summariseChange)]).toEqual([
        since + 1,
        [expect.stringMatching(/^targeted upsert epts: kaa - - r\d+$/)],
      ]);
    }
  });

  it('goes on waiting where something else is changed, and ends where that ends', async () => {
    const { since, told } = await poll(first, 'wait=4&serviceInstanceName=epts');
    await change(second, 'cmx');
    expect(await told).toEqual({ position: since + 1, changes: [] });
  });

  it('is not cut off by the time that a request may take', async () => {
    const { since, told } = await poll(first, 'wait=3');
    expect(await told).toEqual({ position: since, changes: [] });
  });

  it('is told although the connection for signals is lost', async () => {
    const { since, told } = await poll(second, 'wait=15');
    const listening = `FROM pg_stat_activity
      WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')`;
    const killed = await sql(`SELECT pg_terminate_backend(pid) AS killed ${listening}`);
    expect(killed).toContainEqual({ killed: true });
    await change(first, 'epts');
    expect((await told).position).toBe(since + 1);
  });

  it('needs a place, of which there are so many', async () => {
    const all = [await poll(first, 'wait=15'), await poll(first, 'wait=15')];
    const third = await poll(first, 'wait=15&serviceInstanceName=epts');
    const refused = await first.rest.get(`/changes?since=${third.since}&wait=15`);
    expect(refused).toMatchObject({ status: 503 });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.text).toContain('changes.waiting-limit');
    expect(await changesAt(first.rest, `since=${third.since}`)).toMatchObject({ changes: [] });
    await change(first, 'epts');
    for (const { told } of [...all, third]) expect((await told).changes).toHaveLength(1);
    expect(await changesAt(first.rest, `since=${third.since}&wait=15`)).toMatchObject({
      changes: [{ serviceInstanceName: 'epts' }],
    });
  });

  it('leaves its place when its caller goes away', async () => {
    const since = await settledPosition(first.rest, first.management);
    const leaving = new AbortController();
    const url = `${first.rest.baseUrl}/changes?since=${since}&wait=60`;
    const left = fetch(url, { signal: leaving.signal }).catch(() => 'left');
    await expect.poll(() => waitingAt(first.management)).toBe(1);
    leaving.abort();
    expect(await left).toBe('left');
    await expect.poll(() => waitingAt(first.management)).toBe(0);
  });

  it('is refused behind another that waits on the same connection', async () => {
    const since = await settledPosition(first.rest, first.management);
    const { hostname, port } = new URL(first.rest.baseUrl);
    const socket = connect(Number(port), hostname);
    const request = `GET /api/v1/changes?since=${since}&wait=60 HTTP/1.1\r\nhost: x\r\n\r\n`;
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    socket.write(request.repeat(2));
    await expect.poll(() => waitingAt(first.management)).toBe(1);
    await change(first, 'epts');
    await expect
      .poll(() => answers.match(/HTTP\/1\.1 \d+/g))
      .toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
    expect(answers).toContain('on this connection');
    socket.write(request);
    await expect.poll(() => answers.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    socket.destroy();
  });

  it('leaves nothing behind on a connection that is used again', async () => {
    const { hostname, port } = new URL(first.rest.baseUrl);
    const socket = connect(Number(port), hostname);
    const since = await settledPosition(first.rest, first.management);
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    for (let count = 0; count < 30; count++) {
      socket.write(
        `GET /api/v1/changes?since=${Math.max(since - 1, 0)}&wait=60 HTTP/1.1\r\nhost: x\r\n\r\n`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    }
    socket.destroy();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('is told to read everything anew when the database is set back under it', async () => {
    const since = await settledPosition(second.rest, second.management);
    const waiting = second.rest.get(`/changes?since=${since}&wait=15`);
    await expect.poll(() => waitingAt(first.management)).toBe(1);
    await sql(`
      DELETE FROM outbox WHERE position > 1;
      UPDATE relay_lease SET last_position = 1, sent_position = 1;
      NOTIFY tekton_placed, '1'`);
    const { status, text } = await waiting;
    // The second if the relay was faster, which then tells everybody to read again.
    expect(`${status} ${text}`).toMatch(
      /^410 .* read GET .bulk anew|^200 .*"broadcast","operation":"upsert","tenantId":null/,
    );
    await expect
      .poll(async () => (await changesAt(second.rest, '')).position)
      .toBeGreaterThan(since);
    const { told } = await poll(second, 'wait=15');
    await change(first, 'epts');
    expect((await told).changes).toHaveLength(1);
  });
});

it('a stop answers at once all that wait, and takes no more of them', async () => {
  const stopping = await startReplica({ SERVICE_GRACEFUL_SHUTDOWN: '3600' });
  const since = await settledPosition(stopping.rest, stopping.management);
  const url = `/changes?since=${since}&wait=60`;
  const waiting = [1, 2, 3].map(() => stopping.rest.get(url));
  await expect.poll(() => waitingAt(first.management)).toBe(3);
  await stopping.tekton.stop();
  for (const answer of await Promise.all(waiting)) {
    expect(toldBy(answer)).toEqual({ position: since, changes: [] });
  }
});
