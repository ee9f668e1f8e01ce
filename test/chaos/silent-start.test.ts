import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses, urlOf } from './addresses.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { printFigures } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { serveAll } from './serve-all.js';

/** Longer than an attempt to connect may take. */
const SILENCE_MS = scale({ short: 2500, long: 30_000 });
const ENVIRONMENT = { DATABASE_CONNECT_TIMEOUT: '1', NATS_TIMEOUT: '1' };

it(
  `starts when PostgreSQL and NATS, which took connections and were silent for ${SILENCE_MS / 1000} s, answer`,
  async () => {
    const cluster = await Cluster.start({ replicas: 1, gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const replica = await cluster.anyServing();
    const addresses = await createAddresses(replica.rest, 1);
    await replica.kill();
    replica.toDatabase?.hold('everything');
    replica.toNats?.hold('everything');
    let isReady = false;
    const start = replica.start().then(() => (isReady = true));
    await sleep(SILENCE_MS);
    expect(isReady).toBe(false);

    replica.toDatabase?.open();
    let since = performance.now();
    await start;
    const started = performance.now() - since;
    for (const address of addresses) {
      const { status } = await replica.rest.put(urlOf(address), { path: '/' }, address.name);
      expect(status).toBe(201);
    }
    replica.toNats?.open();
    since = performance.now();
    const account = await takeAccount(cluster, addresses, { acknowledged: [] });
    printFigures('silent start', {
      'ready after': `${Math.round(started)} ms`,
      'all told after': `${Math.round(performance.now() - since)} ms`,
    });
    await serveAll(replica);
    expect(account.stored).toHaveLength(addresses.length);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
