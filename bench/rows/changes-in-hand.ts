import { once, EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../connection.js';
import { documentOf } from '../documents.js';
import { median } from '../statistics.js';
import type { System, SystemName } from '../systems/system.js';
import type { Row } from './row.js';
import { interleaved, milliseconds } from './samples.js';

/** None of the 32 that are written for row 3. */
const WATCHED = 500;
const TIMEOUT = 10_000;
/** Milliseconds before the next change, at most: long enough to meet what is done now and then. */
const PAUSES: Readonly<Record<SystemName, number>> = {
  tekton: 10,
  bare: 10,
  etcd: 10,
  // It looks for changes once a second.
  unleash: 1000,
};

/**
 * Changes a configuration again and again, and takes the time from each PUT until the last of its
 * watchers has the new value in hand.
 * @returns the median, in milliseconds
 */
async function untilInHand(
  system: System,
  watchers: number,
  { repetitions, signal }: { repetitions: number; signal: AbortSignal },
): Promise<number> {
  const arrivals = new EventEmitter();
  let wanted = '';
  let missing = 0;
  const watching = await Promise.all(
    Array.from({ length: watchers }, () =>
      system.watch(WATCHED, (text) => {
        if (wanted !== '' && text.includes(wanted) && --missing === 0) arrivals.emit('all');
      }),
    ),
  );
  const connection = new Connection(system.origin);
  const times: number[] = [];
  try {
    // The first ones warm up.
    const warmUp = Math.ceil(repetitions / 4);
    for (let change = -warmUp; change < repetitions; change++) {
      const marker = `change ${Date.now()} ${change}`;
      missing = watchers;
      wanted = marker;
      const all = once(arrivals, 'all', {
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      });
      const request = system.write(WATCHED, documentOf(marker));
      const begin = performance.now();
      const sent = connection.send(request);
      await all;
      if (change >= 0) times.push(performance.now() - begin);
      await sent;
      await sleep(Math.random() * PAUSES[system.name]);
    }
  } finally {
    connection.close();
    await Promise.all(watching.map((watcher) => watcher.stop()));
  }
  return median(times);
}

function rowOf(
  watchers: number,
  row: Pick<Row, 'number' | 'work' | 'target'> & { most: number; against: ('etcd' | 'unleash')[] },
): Row {
  return {
    ...row,
    async measure(lab, { rounds, repetitions }, progress) {
      const systems = await lab.present('tekton', 'bare', ...row.against);
      const times = await interleaved(systems, rounds, (system, round) => {
        progress(`${system.name}, round ${round}`);
        // Nobody waits minutes for a system that takes a second each time.
        const few = system.name === 'unleash' ? Math.ceil(repetitions / 10) : repetitions;
        return untilInHand(system, watchers, { repetitions: few, signal: lab.context.signal });
      });
      const [ours, bare] = [times.median('tekton'), times.median('bare')];
      return {
        figures: times.figures(milliseconds),
        ours,
        bare,
        ratio: ours / bare,
        met: ours / bare <= row.most,
        notes: [`the rounds' ratios to bare: ${times.spread('bare')}`],
      };
    },
  };
}

export const IN_HAND = rowOf(1, {
  number: 4,
  work: 'change in hand: PUT sent, told, fetched (p50)',
  target: '<= 1.5 x bare',
  most: 1.5,
  against: ['etcd', 'unleash'],
});

export const IN_ALL_HANDS = rowOf(50, {
  number: 5,
  work: 'the same, 50 watchers, the last one (p50)',
  target: '<= 1.3 x bare',
  most: 1.3,
  against: ['etcd'],
});
