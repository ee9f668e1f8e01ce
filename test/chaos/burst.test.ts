import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const CHANGES = scale({ short: 10_000, long: 200_000 });

it(
  `tells ${CHANGES} changes in a row`,
  async () => {
    const cluster = await Cluster.start();
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 10);

    const started = performance.now();
    const writers = new Writers(cluster, addresses, { count: 32, deletions: 0, atMost: CHANGES });
    await writers.end();
    const written = performance.now();

    const account = await takeAccount(cluster, addresses, writers);
    const lastArrival = cluster.subscriber.arrivals.at(-1) ?? written;
    printFigures('burst', {
      ...countsOf(account, writers),
      'changes a second': CHANGES / ((written - started) / 1000),
      'last message after the last change': `${Math.max(0, Math.round(lastArrival - written))} ms`,
    });
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
