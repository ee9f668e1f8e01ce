import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Callers, figuresOfCalls, unclear } from './calls.js';
import { upTo } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures, progressOf, spread } from './figures.js';
import { killNatsOf, startNatsAgainOf } from './nats-loss.js';
import { OwnPostgres } from './own-postgres.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 1, long: 15 });

/** In order, with connections cut; at once; killed; and at once with NATS away at the same time. */
const OUTAGES: readonly ((postgres: OwnPostgres, cluster: Cluster) => Promise<void>)[] = [
  (postgres) => away(postgres, postgres.end()),
  (postgres) => away(postgres, postgres.endAtOnce()),
  (postgres) => away(postgres, postgres.kill()),
  async (postgres, cluster) => {
    await killNatsOf(cluster);
    await away(postgres, postgres.endAtOnce());
    await sleep(upTo(500));
    await startNatsAgainOf(cluster);
  },
  async (postgres, cluster) => {
    const database = away(postgres, postgres.kill());
    await killNatsOf(cluster);
    await sleep(upTo(500));
    await startNatsAgainOf(cluster);
    await database;
  },
];

it(
  `answers clearly and tells everything when PostgreSQL ends in any way, and NATS with it, ${ROUNDS} times each`,
  async () => {
    const postgres = await OwnPostgres.start();
    onTestFinished(() => postgres.stop());
    const cluster = await Cluster.start({ gated: true, databaseUrl: postgres.url });
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 3);
    const writers = new Writers(cluster, addresses, { pauseMs: 30 });
    const callers = new Callers(cluster, addresses, { pauseMs: 30 });
    const returns: number[] = [];
    const progress = progressOf('database outage', ROUNDS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const befall of OUTAGES) {
        await sleep(300 + upTo(300));
        await befall(postgres, cluster);
        const back = performance.now();
        await untilToldAgain(cluster);
        returns.push(performance.now() - back);
      }
      progress(round);
    }
    await sleep(300);
    await Promise.all([writers.stop(), callers.stop()]);

    const account = await takeAccount(cluster, addresses, writers);
    printFigures('database outage', {
      outages: ROUNDS * OUTAGES.length,
      'told again once all was back, after': spread(returns),
      ...countsOf(account, writers),
      ...figuresOfCalls(callers.calls),
    });
    expect(unclear(callers.calls)).toEqual([]);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

async function away(postgres: OwnPostgres, ending: Promise<void>): Promise<void> {
  await ending;
  await sleep(upTo(700));
  await postgres.startAgain();
}

async function untilToldAgain({ subscriber }: Cluster): Promise<void> {
  const before = subscriber.all.length;
  while (subscriber.all.length === before) await sleep(10);
}
