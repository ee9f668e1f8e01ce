import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { STATEMENTS } from '../../src/configurations/configuration-statements.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

interface Lease {
  epoch: string;
  last_position: string;
}

describe('a put that comes alone', () => {
  let test: TestTekton;
  let database: pg.Client;
  let other: pg.Client;
  let lease: Lease;
  let puts = 0;

  beforeAll(async () => {
    test = await startTestTekton({ OUTBOX_POLL_INTERVAL: '100' });
    [database, other] = await Promise.all([connect(), connect()]);
    await test.rest.post('/applications', { name: 'kettle' });
    await test.rest.put('/app-configs/applications/kettle?serviceInstanceName=cmx', { put: 0 });
    await test.subscriber.take(2);
  });
  afterAll(async () => {
    await Promise.all([database.end(), other.end()]);
    await test.stop();
  });
  beforeEach(async () => {
    lease = await readLease();
  });

  it('takes the next position itself, and is told once', async () => {
    const from = Number(lease.last_position);
    const before = await placedWithChange();
    for (let n = 1; n <= 5; n++) await put({ n });
    expect(await test.subscriber.summaries(5)).toEqual(
      [2, 3, 4, 5, 6].map((revision) => `targeted upsert cmx: kaa kettle - r${revision}`),
    );
    const positions = test.subscriber.all.slice(-5).map(({ position }) => position);
    expect(positions).toEqual([1, 2, 3, 4, 5].map((n) => from + n));
    // One may have met the relay at its lease.
    expect((await placedWithChange()) - before).toBeGreaterThan(2);
  });

  it('is told also if the relay never hears that it was placed', async () => {
    const [row] = await putPlacing(lease.epoch, lease.last_position);
    expect(row?.position).toBe(`${Number(lease.last_position) + 1}`);
    expect(await test.subscriber.summaries(1)).toEqual([told(row?.revision)]);
  });

  it('has the relay go on behind it, whichever of them is heard of first', async () => {
    const [row] = await putPlacing(lease.epoch, lease.last_position);
    await put({ behind: true });
    expect(await test.subscriber.summaries(2)).toEqual([
      told(row?.revision),
      told(`${Number(row?.revision) + 1}`),
    ]);
  });

  it.each<[string, (lease: Lease) => [string | null, string]]>([
    ['without the lease', ({ last_position: position }) => [null, position]],
    ['under an earlier lease', ({ epoch, last_position: position }) => [`${+epoch - 1}`, position]],
    ['if the database was set back', (now) => [now.epoch, `${+now.last_position + 1}`]],
  ])('leaves its entry to the relay %s', async (_name, rightOf) => {
    const [row] = await putPlacing(...rightOf(lease));
    expect(row).toMatchObject({ position: null });
    expect(await test.subscriber.summaries(1)).toEqual([told(row?.revision)]);
  });

  it('leaves its entry to the relay if it stores the first document of an address', async () => {
    const [row] = await putPlacing(lease.epoch, lease.last_position, 'epts');
    expect(row).toMatchObject({ revision: '1', position: null });
    expect(await test.subscriber.summaries(1)).toEqual(['targeted upsert epts: kaa kettle - r1']);
  });

  it('leaves its entry to the relay if the application is another one of the name', async () => {
    await test.rest.post('/applications', { name: 'again' });
    await test.rest.put('/app-configs/applications/again?serviceInstanceName=cmx', {});
    await test.rest.delete('/applications/again');
    await test.rest.post('/applications', { name: 'again' });
    await test.subscriber.take(5);
    const { epoch, last_position: position } = await readLease();
    const [row] = await putPlacing(epoch, position, 'cmx', database, 'again');
    expect(row).toMatchObject({ revision: '3', position: null });
    expect(await test.subscriber.summaries(1)).toEqual(['targeted upsert cmx: kaa again - r3']);
  });

  it('leaves its entry to the relay, and waits for nobody, if the lease is locked', async () => {
    await other.query('BEGIN');
    await other.query('SELECT FROM relay_lease FOR UPDATE');
    const [row] = await putPlacing(lease.epoch, lease.last_position);
    await other.query('COMMIT');
    expect(row).toMatchObject({ position: null });
    expect(await test.subscriber.summaries(1)).toEqual([told(row?.revision)]);
  });

  it('does not overtake what waits for its place', async () => {
    await other.query('BEGIN');
    await other.query('SELECT FROM relay_lease FOR UPDATE');
    const [first] = await putPlacing(null, '0');
    await other.query('COMMIT');
    const [second] = await putPlacing(lease.epoch, lease.last_position);
    const expected = [told(first?.revision), told(second?.revision)];
    expect(await test.subscriber.summaries(2)).toEqual(expected);
  });

  it('does not overtake a change that was committed while it waited for its turn', async () => {
    await other.query('BEGIN');
    const [first] = await putPlacing(null, '0', 'cmx', other);
    const second = putPlacing(lease.epoch, lease.last_position);
    await expect
      .poll(() => other.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`))
      .toMatchObject({ rowCount: 1 });
    await other.query('COMMIT');
    expect((await second)[0]).toMatchObject({ position: null });
    expect(await test.subscriber.summaries(2)).toEqual([
      told(first?.revision),
      told(`${Number(first?.revision) + 1}`),
    ]);
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(test.databaseUrl);
    await client.connect();
    return client;
  }

  /** Once all is told, and that is noted. */
  async function readLease(): Promise<Lease> {
    const read = () =>
      database.query<Lease>(`
        SELECT epoch, last_position FROM relay_lease
        WHERE sent_position = last_position AND NOT EXISTS (SELECT FROM outbox WHERE position IS NULL)`);
    await expect.poll(async () => (await read()).rowCount).toBe(1);
    const [row] = (await read()).rows;
    if (!row) throw new Error('Something else is told meanwhile');
    return row;
  }

  /** How many entries were placed by the transaction that wrote the history. */
  async function placedWithChange(): Promise<number> {
    const { rows } = await database.query<{ count: string }>(`
      SELECT count(*) FROM outbox o JOIN configuration_revisions r ON r.xmin = o.xmin
      WHERE o.position IS NOT NULL`);
    return Number(rows[0]?.count);
  }

  async function put(document: object): Promise<void> {
    const at = '/app-configs/applications/kettle?serviceInstanceName=cmx';
    const { status, text } = await test.rest.put(at, { ...document, put: ++puts });
    if (status >= 300) throw new Error(`${status} ${text}`);
  }

  /** As the server puts, which is not told of it. */
  async function putPlacing(
    epoch: string | null,
    knownPosition: string,
    instance = 'cmx',
    client = database,
    application = 'kettle',
  ): Promise<{ revision: string; position: string | null }[]> {
    const { rows } = await client.query<{ revision: string; position: string | null }>({
      ...STATEMENTS.application.put,
      values: [
        ...[application, null, 'kaa', [instance], [`{"put":${++puts}}`], [`digest ${puts}`], null],
        ...[['somebody', null, 'kaa'], 'correlation', null, epoch, knownPosition],
      ],
    });
    return rows;
  }
});

function told(revision: string | undefined): string {
  return `targeted upsert cmx: kaa kettle - r${revision}`;
}
