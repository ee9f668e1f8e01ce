import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses, urlOf, type Address } from './addresses.js';
import { pick } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { printFigures, progressOf, spread } from './figures.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';

const ROUNDS = scale({ short: 1, long: 15 });

/** Nothing but a signal can wake the relay in time. */
const ENVIRONMENT = { OUTBOX_POLL_INTERVAL: '60000', DATABASE_RELAY_TIMEOUT: '1' };

it(
  `hears signals again after the connection that listens went silent, ${ROUNDS} times`,
  async () => {
    const cluster = await Cluster.start({ replicas: 2, gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const addresses = await createAddresses((await cluster.anyServing()).rest, 0);
    const [address] = addresses;
    const missed: number[] = [];
    const heard: number[] = [];
    const progress = progressOf('silent signals', ROUNDS);
    for (let round = 1; round <= ROUNDS; round++) {
      const holder = await cluster.untilRelayed();
      const writer = pick(cluster.replicas.filter((replica) => replica !== holder));
      await timeUntilTold(cluster, writer, address);
      // Until it has noted that as told, it would find what comes without any signal.
      await sleep(500);
      const port = await listeningPort(cluster, holder);
      holder.toDatabase?.holdOne(port);
      missed.push(await timeUntilTold(cluster, writer, address));
      for (let n = 1; n <= 10; n++) heard.push(await timeUntilTold(cluster, writer, address));
      expect(await cluster.relayHolder()).toBe(holder);
      // It may have looked for another reason, and find only later that nothing is heard there.
      await expect
        .poll(() => listeningPort(cluster, holder), { timeout: PATIENCE_MS })
        .not.toBe(port);
      holder.toDatabase?.open();
      for (let n = 1; n <= 10; n++) heard.push(await timeUntilTold(cluster, writer, address));
      progress(round);
    }

    const account = await takeAccount(cluster, addresses, { acknowledged: [] });
    printFigures('silent signals', {
      'told although no signal was heard, after': spread(missed),
      'told by a signal after': spread(heard),
    });
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

/** Against hanging: the relay looks by itself after a minute. */
const PATIENCE_MS = 30_000;

async function timeUntilTold(cluster: Cluster, { rest }: Replica, to: Address): Promise<number> {
  const correlationId = randomUUID();
  const { subscriber } = cluster;
  const from = performance.now();
  const { status } = await rest.put(urlOf(to), { value: correlationId }, correlationId);
  expect(status).toBeLessThan(300);
  await expect
    .poll(() => subscriber.all.some((message) => message.correlationId === correlationId), {
      timeout: PATIENCE_MS,
      interval: 5,
    })
    .toBe(true);
  return performance.now() - from;
}

/** The port at PostgreSQL of the connection on which a replica hears signals. */
async function listeningPort(cluster: Cluster, { id }: Replica): Promise<number> {
  const rows = await cluster.query<{ client_port: number }>(
    `SELECT client_port FROM pg_stat_activity
    WHERE application_name = $1 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')
    ORDER BY backend_start DESC`,
    [id],
  );
  if (!rows[0]) throw new Error(`${id} does not listen`);
  return rows[0].client_port;
}
