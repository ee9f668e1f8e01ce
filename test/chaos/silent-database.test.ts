import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { callAll, figuresOfCalls, succeeded, unclear, type Call } from './calls.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures, progressOf, spread } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { serveAll } from './serve-all.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 1, long: 20 });

const CONNECT_SECONDS = 3;
const QUERY_SECONDS = 2;
const ENVIRONMENT = {
  DATABASE_CONNECT_TIMEOUT: String(CONNECT_SECONDS),
  DATABASE_QUERY_TIMEOUT: String(QUERY_SECONDS),
  DATABASE_SILENCE_TIMEOUT: '2',
  DATABASE_RELAY_TIMEOUT: '1',
};

/** A call waits for a connection and then for one statement; against hanging, twice that. */
const LIMIT_MS = 2 * (CONNECT_SECONDS + QUERY_SECONDS + 1) * 1000;

it.each(['everything', 'answers'] as const)(
  `goes on when the replica that relays is cut off from PostgreSQL by silence (%s is held back), ${ROUNDS} times`,
  async (held) => {
    const cluster = await Cluster.start({ gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 3);
    const calls: Call[] = [];
    const takeovers: number[] = [];
    const progress = progressOf('silent database', ROUNDS);
    const writers = new Writers(cluster, addresses, { count: 4, pauseMs: 30 });
    for (let round = 1; round <= ROUNDS; round++) {
      await sleep(500);
      const stalled = await cluster.untilRelayed();
      const from = performance.now();
      stalled.toDatabase?.hold(held);
      const takeover = cluster
        .untilRelayed((holder) => holder !== stalled)
        .then(() => {
          takeovers.push(performance.now() - from);
        });
      calls.push(...(await callAll(stalled.rest, addresses[0])));
      // All connections that it had are given up by now, and new ones are as silent.
      calls.push(...(await callAll(stalled.rest, addresses[0])));
      await takeover;
      stalled.toDatabase?.open();
      await serveAll(stalled);
      progress(round);
    }
    await writers.stop();

    const account = await takeAccount(cluster, addresses, writers);
    printFigures(`silent database (${held})`, {
      rounds: ROUNDS,
      'another relays after': spread(takeovers),
      ...countsOf(account, writers),
      ...figuresOfCalls(calls),
    });
    expect(unclear(calls)).toEqual([]);
    expect(calls.filter(succeeded).map(({ what }) => what)).toEqual([]);
    expect(calls.filter(({ milliseconds }) => milliseconds > LIMIT_MS)).toEqual([]);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
