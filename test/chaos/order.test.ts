import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { upTo } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, longestSilence, printFigures, progressOf, spread } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const FREEZES = scale({ short: 2, long: 60 });

/** Longer than a lease, so that another replica has it when the frozen one goes on. */
const FROZEN_MS = 3500;

it(
  `tells the changes of one configuration in the order of their commits, also while a relay stands still, is replaced, and goes on, ${FREEZES} times`,
  async () => {
    const cluster = await Cluster.start();
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 0);
    // All of them write and delete the one configuration, in quick turns, through all replicas.
    const writers = new Writers(cluster, addresses, { count: 12, pauseMs: 10, deletions: 0.5 });
    const silences: number[] = [];
    const progress = progressOf('order', FREEZES);
    for (let round = 1; round <= FREEZES; round++) {
      await sleep(500 + upTo(500));
      const holder = await cluster.untilRelayed();
      const from = performance.now();
      holder.freeze();
      await sleep(FROZEN_MS);
      expect(await cluster.relayHolder(), 'another relays by now').not.toBe(holder);
      silences.push(longestSilence(cluster.subscriber.arrivals, from, performance.now()));
      holder.thaw();
      progress(round);
    }
    await sleep(500);
    await writers.stop();

    const account = await takeAccount(cluster, addresses, writers);
    printFigures('order', {
      'relays stood still': FREEZES,
      ...countsOf(account, writers),
      'silence of the relay': spread(silences),
    });
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
