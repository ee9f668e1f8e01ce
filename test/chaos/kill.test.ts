import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeAccount } from './account.js';
import { createAddresses } from './addresses.js';
import { happens, pick, upTo } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, longestSilence, printFigures, progressOf, spread } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const ROUNDS = scale({ short: 20, long: 200 });

it(
  `loses, invents and reorders nothing when replicas are killed, in ${ROUNDS} rounds`,
  async () => {
    const cluster = await Cluster.start();
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 3);
    const writers = new Writers(cluster, addresses, { pauseMs: 80 });
    const restarts: Promise<void>[] = [];
    const kills: { at: number; ofHolder: boolean }[] = [];
    const progress = progressOf('kill', ROUNDS);

    for (let round = 1; round <= ROUNDS; round++) {
      await sleep(upTo(500));
      // One at least goes on.
      await cluster.untilServing(2);
      const holder = await cluster.relayHolder();
      // To kill whoever relays is what can do most harm.
      const victim = holder?.isServing && happens(0.5) ? holder : pick(cluster.serving);
      kills.push({ at: performance.now(), ofHolder: victim === holder });
      await victim.kill();
      restarts.push(victim.start());
      progress(round);
    }
    await Promise.all(restarts);
    const ended = performance.now();
    await writers.stop();

    const account = await takeAccount(cluster, addresses, writers);
    const { arrivals } = cluster.subscriber;
    const silences = kills.map(({ at, ofHolder }, index) => {
      const to = kills[index + 1]?.at ?? ended;
      return { ofHolder, silence: longestSilence(arrivals, at, to) };
    });
    printFigures('kill', {
      kills: kills.length,
      ...countsOf(account, writers),
      'silence after the relay was killed': spread(
        silences.filter(({ ofHolder }) => ofHolder).map(({ silence }) => silence),
      ),
    });
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);
