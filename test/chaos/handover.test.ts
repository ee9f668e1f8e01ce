import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, longestSilence, printFigures, progressOf, spread } from './figures.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 2, long: 50 });

it(
  `has another replica relay at once after a clean stop, ${ROUNDS} times`,
  async () => {
    const account = await replaceRelays('clean stop', async (holder, cluster) => {
      const { id } = holder;
      expect(await holder.stop()).toMatchObject({ code: 0 });
      // Given back, or taken by another by now: nobody has to wait until it expires.
      const [lease] = await cluster.query<{ holder: string }>('SELECT holder FROM relay_lease');
      expect(lease?.holder).not.toBe(id);
    });
    // It notes what is sent before it goes.
    expect(account.told.length).toBe(account.lastPosition);
  },
  PROOF_TIMEOUT_MS,
);

it(
  `has another replica relay after a kill -9, ${ROUNDS} times`,
  async () => {
    await replaceRelays('kill of the relay', (holder) => holder.kill());
  },
  PROOF_TIMEOUT_MS,
);

/** Ends the replica that relays, again and again while others write, and prints how long each silence was. */
async function replaceRelays(
  proof: string,
  end: (holder: Replica, cluster: Cluster) => Promise<void>,
) {
  const cluster = await Cluster.start({ replicas: 2 });
  onTestFinished(() => cluster.stop());
  const { rest } = await cluster.anyServing();
  const addresses = await createAddresses(rest, 2);
  const writers = new Writers(cluster, addresses, { count: 3, pauseMs: 60 });
  const silences: number[] = [];
  const progress = progressOf(proof, ROUNDS);
  for (let round = 1; round <= ROUNDS; round++) {
    const holder = await cluster.untilRelayed();
    const ending = performance.now();
    const { id } = holder;
    await end(holder, cluster);
    await cluster.untilRelayed((next) => next.id !== id);
    await nextMessage(cluster);
    silences.push(longestSilence(cluster.subscriber.arrivals, ending, performance.now()));
    await holder.start();
    progress(round);
  }
  await writers.stop();

  const account = await takeAccount(cluster, addresses, writers);
  printFigures(proof, {
    rounds: ROUNDS,
    ...countsOf(account, writers),
    'silence of the relay': spread(silences),
  });
  expect(faultsOf(account)).toEqual([]);
  return account;
}

async function nextMessage({ subscriber }: Cluster): Promise<void> {
  const before = subscriber.all.length;
  while (subscriber.all.length === before) await sleep(5);
}
