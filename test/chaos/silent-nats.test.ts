import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Callers, figuresOfCalls, succeeded } from './calls.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, longestSilence, printFigures, progressOf, spread } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 1, long: 20 });
const ALL_SILENT_MS = scale({ short: 4000, long: 30_000 });

it(
  `has another replica relay when NATS is silent for the one that does, ${ROUNDS} times, and tells everything after NATS was silent for all`,
  async () => {
    const cluster = await Cluster.start({ gated: true });
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 3);
    const writers = new Writers(cluster, addresses, { count: 4, pauseMs: 40 });
    const callers = new Callers(cluster, addresses);
    const { arrivals } = cluster.subscriber;
    const silences: number[] = [];
    const progress = progressOf('silent NATS', ROUNDS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const held of ['everything', 'answers'] as const) {
        await sleep(500);
        const silent = await cluster.untilRelayed(({ toNats }) => toNats !== undefined);
        const from = performance.now();
        silent.toNats?.hold(held);
        await cluster.untilRelayed((holder) => holder !== silent);
        await sleep(500);
        silences.push(longestSilence(arrivals, from, performance.now()));
        silent.toNats?.open();
      }
      progress(round);
    }
    for (const { toNats } of cluster.replicas) toNats?.hold('everything');
    await sleep(ALL_SILENT_MS);
    for (const { toNats } of cluster.replicas) toNats?.open();
    await Promise.all([writers.stop(), callers.stop()]);

    const account = await takeAccount(cluster, addresses, writers);
    printFigures('silent NATS', {
      rounds: 2 * ROUNDS,
      'longest silence': spread(silences),
      ...countsOf(account, writers),
      ...figuresOfCalls(callers.calls),
    });
    expect(writers.failed).toBe(0);
    expect(callers.calls.filter((call) => !succeeded(call))).toEqual([]);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
