import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Callers, figuresOfCalls, succeeded } from './calls.js';
import { upTo } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, longestSilence, printFigures, progressOf, spread } from './figures.js';
import { killNatsOf, startNatsAgainOf } from './nats-loss.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const KILLS = scale({ short: 2, long: 40 });
const CUT_MS = scale({ short: 5000, long: 60_000 });

it(
  `answers every call and tells everything when NATS is killed and started again, ${KILLS} times`,
  async () => {
    await proveWithoutNats('NATS killed', async (cluster) => {
      const silences: number[] = [];
      const progress = progressOf('NATS killed', KILLS);
      for (let round = 1; round <= KILLS; round++) {
        await sleep(300 + upTo(500));
        await killNatsOf(cluster);
        // Now and then it is back before anybody has noticed.
        await sleep(upTo(1000));
        await startNatsAgainOf(cluster);
        const back = performance.now();
        await untilToldAgain(cluster);
        silences.push(longestSilence(cluster.subscriber.arrivals, back, performance.now()));
        progress(round);
      }
      return { kills: KILLS, 'told again once it was back, after': spread(silences) };
    });
  },
  PROOF_TIMEOUT_MS,
);

it(
  `answers every call and tells everything when NATS cannot be reached for ${CUT_MS / 1000} s`,
  async () => {
    await proveWithoutNats('NATS cut off', async (cluster) => {
      await sleep(300);
      for (const { toNats } of cluster.replicas) toNats?.shut();
      await sleep(CUT_MS);
      for (const { toNats } of cluster.replicas) toNats?.open();
      const back = performance.now();
      await untilToldAgain(cluster);
      return { 'told again once it was back, after': `${Math.round(performance.now() - back)} ms` };
    });
  },
  PROOF_TIMEOUT_MS,
);

/** Has others write and read all the time while something befalls NATS. */
async function proveWithoutNats(
  proof: string,
  befall: (cluster: Cluster) => Promise<Record<string, number | string>>,
): Promise<void> {
  const cluster = await Cluster.start({ gated: true });
  onTestFinished(() => cluster.stop());
  const { rest } = await cluster.anyServing();
  const addresses = await createAddresses(rest, 3);
  const writers = new Writers(cluster, addresses, { pauseMs: 40 });
  const callers = new Callers(cluster, addresses);
  const figures = await befall(cluster);
  await sleep(300);
  await Promise.all([writers.stop(), callers.stop()]);

  const account = await takeAccount(cluster, addresses, writers);
  printFigures(proof, {
    ...figures,
    ...countsOf(account, writers),
    ...figuresOfCalls(callers.calls),
  });
  expect(writers.failed).toBe(0);
  expect(callers.calls.filter((call) => !succeeded(call))).toEqual([]);
  expect(faultsOf(account)).toEqual([]);
}

async function untilToldAgain({ subscriber }: Cluster): Promise<void> {
  const before = subscriber.all.length;
  while (subscriber.all.length === before) await sleep(10);
}
