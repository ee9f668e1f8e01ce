import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { upTo } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures, progressOf } from './figures.js';
import { OwnPostgres } from './own-postgres.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 2, long: 30 });

it(
  `loses, invents and reorders nothing when PostgreSQL is killed under it, in ${ROUNDS} rounds`,
  async () => {
    const postgres = await OwnPostgres.start();
    onTestFinished(() => postgres.stop());
    const cluster = await Cluster.start({ replicas: 2, databaseUrl: postgres.url });
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 3);
    const writers = new Writers(cluster, addresses, { pauseMs: 20 });
    const progress = progressOf('database kill', ROUNDS);
    for (let round = 1; round <= ROUNDS; round++) {
      await sleep(500 + upTo(500));
      await postgres.kill();
      await sleep(upTo(500));
      await postgres.startAgain();
      progress(round);
    }
    await sleep(500);
    await writers.stop();

    const account = await takeAccount(cluster, addresses, writers);
    printFigures('database kill', { kills: ROUNDS, ...countsOf(account, writers) });
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
