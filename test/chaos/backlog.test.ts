import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures } from './figures.js';
import { CHANGED_SO_OFTEN, MANY_CHANGES } from './many-changes.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const BACKLOG = scale({ short: 20_000, long: 300_000 });

const MEBIBYTE = 1024 * 1024;
/** What the process may take for sending, however much is to be sent. */
const GROWTH_MIB = 50;
/** Else Node.js collects garbage late where there is much memory, which would hide what is kept. */
const NODE_OPTIONS = '--max-old-space-size=128';

it(
  `tells a backlog of ${BACKLOG} changes once NATS is there, in bounded memory`,
  async () => {
    const cluster = await Cluster.start({
      replicas: 1,
      gated: true,
      environment: { NODE_OPTIONS },
    });
    onTestFinished(() => cluster.stop());
    const relay = await cluster.anyServing();
    const addresses = await createAddresses(relay.rest, 3);
    relay.toNats?.shut();
    // Some real ones on both sides.
    const writers = new Writers(cluster, addresses, { pauseMs: 20 });
    await sleep(500);
    await cluster.query(MANY_CHANGES, [BACKLOG, 'call-']);
    await sleep(500);
    await writers.stop();

    const before = await relay.memory();
    const opened = performance.now();
    relay.toNats?.open();
    const highest = await highestMemory(cluster, relay);

    const account = await takeAccount(cluster, [...addresses, CHANGED_SO_OFTEN], writers);
    const { arrivals } = cluster.subscriber;
    const first = arrivals.findIndex((at) => at > opened);
    const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[first] ?? 0)) / 1000;
    printFigures('backlog', {
      ...countsOf(account, writers),
      'from the first to the last message': `${seconds.toFixed(1)} s`,
      'messages a second': (arrivals.length - first) / seconds,
      'memory before': `${Math.round(before / MEBIBYTE)} MiB`,
      'at the most': `${Math.round(highest / MEBIBYTE)} MiB`,
    });
    expect(faultsOf(account)).toEqual([]);
    expect((highest - before) / MEBIBYTE).toBeLessThan(GROWTH_MIB);
  },
  PROOF_TIMEOUT_MS,
);

/** While the backlog is sent. */
async function highestMemory(cluster: Cluster, relay: Replica): Promise<number> {
  let highest = 0;
  for (;;) {
    highest = Math.max(highest, await relay.memory());
    const [row] = await cluster.query<{ waiting: string }>(
      `SELECT (SELECT count(*) FROM outbox WHERE position IS NULL)
        + last_position - sent_position AS waiting FROM relay_lease`,
    );
    if (row?.waiting === '0') return highest;
    await sleep(100);
  }
}
