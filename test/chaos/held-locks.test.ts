import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses, urlOf, type Address } from './addresses.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { printFigures } from './figures.js';
import { CHANGED_SO_OFTEN, MANY_CHANGES } from './many-changes.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS } from './scale.js';
import { serveAll } from './serve-all.js';

const ENVIRONMENT = {
  DATABASE_QUERY_TIMEOUT: '5',
  DATABASE_SILENCE_TIMEOUT: '2',
  OUTBOX_BATCH_SIZE: '10000',
  // Well before the lease is renewed: what asks first while no answer comes keeps all else from asking.
  OUTBOX_POLL_INTERVAL: '100',
};
const BATCH = 10_000;

it.each(['before', 'after'] as const)(
  'sets free what a replica had locked that went silent in the middle of a transaction, and answers again %s it gave up itself',
  async (end) => {
    const cluster = await Cluster.start({ replicas: 2, gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const [silent, other] = cluster.replicas as [Replica, Replica];
    const addresses = await createAddresses(other.rest, 1);
    for (const address of addresses) await change(other, address);

    // It locks the configuration of the application, then waits for that of the version.
    const blocker = await connect(cluster);
    await blocker.query('BEGIN');
    await blocker.query(`SELECT FROM configurations WHERE level = 'appversion' FOR UPDATE`);
    const deletion = silent.rest.delete('/applications/app_1', randomUUID());
    await until(cluster, `application_name = $1 AND wait_event_type = 'Lock'`, silent);
    silent.toDatabase?.hold('everything');
    await blocker.query('ROLLBACK');
    await until(cluster, `application_name = $1 AND state = 'idle in transaction'`, silent);

    const from = performance.now();
    await Promise.all(addresses.map((address) => change(other, address)));
    const waited = performance.now() - from;
    if (end === 'before') silent.toDatabase?.open();
    const { status, text } = await deletion;
    silent.toDatabase?.open();

    const account = await takeAccount(cluster, addresses, { acknowledged: [] });
    printFigures('locks of a transaction', { 'another wrote after': `${Math.round(waited)} ms` });
    expect(`${status} ${text}`).toMatch(/^503 /);
    await serveAll(silent);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

it(
  `sets the lease free when the relay takes nothing of the ${BATCH} entries that it placed`,
  async () => {
    const cluster = await Cluster.start({ gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const client = await connect(cluster);
    await client.query('BEGIN');
    await client.query(MANY_CHANGES, [BATCH, 'x'.repeat(600)]);
    // Only now: so much work may have cost the relay its lease.
    const silent = await cluster.untilRelayed();
    // It opens no connection more for what it asks now.
    await Promise.all(['/health', '/metrics'].map((path) => silent.management.get(path)));
    await client.query('COMMIT');
    // Held back sooner, it might be the answer to a placement that has seen nothing yet.
    const { rows } = await client.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    const isPlacing = `application_name = $1 AND state = 'active' AND query LIKE '%unplaced%'`;
    await until(cluster, `${isPlacing} AND query_start > '${rows[0]?.now}'`, silent);
    silent.toDatabase?.hold('answers');

    await until(cluster, `application_name = $1 AND wait_event = 'ClientWrite'`, silent);
    // That the replica gives the connection up is not heard either.
    silent.toDatabase?.hold('everything');
    const from = performance.now();
    const [row] = await cluster.query<{ free: boolean }>(
      'SELECT holder IS NOT NULL AS free FROM relay_lease FOR UPDATE',
    );
    const free = performance.now() - from;
    expect(row).toEqual({ free: true });
    await cluster.untilRelayed((holder) => holder !== silent);
    const taken = performance.now() - from;
    silent.toDatabase?.open();

    const account = await takeAccount(cluster, [CHANGED_SO_OFTEN], { acknowledged: [] });
    printFigures('lease of a relay', {
      'its row is free after': `${Math.round(free)} ms`,
      'another has it after': `${Math.round(taken)} ms`,
      messages: account.told.length,
    });
    expect(account.told.length).toBeGreaterThanOrEqual(BATCH);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

async function change({ rest }: Replica, address: Address): Promise<void> {
  const value = randomUUID();
  const { status, text } = await rest.put(urlOf(address), { path: '/', value }, value);
  if (status >= 300) throw new Error(`${address.name}: ${status} ${text}`);
}

async function connect({ databaseUrl }: Cluster): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Until PostgreSQL has a connection of a replica ($1) in such a state. */
async function until(cluster: Cluster, state: string, { id }: Replica): Promise<void> {
  const sql = `SELECT pid FROM pg_stat_activity WHERE ${state}`;
  await expect.poll(() => cluster.query(sql, [id]), { interval: 5 }).toHaveLength(1);
}
