import { addBallast } from '../ballast.js';
import { CONFIGURATIONS } from '../lab.js';
import { median } from '../statistics.js';
import type { Tekton } from '../systems/tekton.js';
import { wholeReads } from './bulk.js';
import { readsPerSecond } from './reads.js';
import type { Effort, Row } from './row.js';
import { writesPerSecond } from './writes.js';

const KINDS = ['read', 'write', 'bulk'] as const;
type Kind = (typeof KINDS)[number];

/** Milliseconds of one call of each kind. */
async function timesOf(tekton: Tekton, effort: Effort): Promise<Record<Kind, number>> {
  return {
    read: 1000 / (await readsPerSecond(tekton, effort)),
    write: 1000 / (await writesPerSecond(tekton, effort)),
    bulk: await wholeReads(tekton, effort.repetitions),
  };
}

/** How many times as long each kind takes with more in the database; the median of the rounds. */
async function compare(
  small: Tekton,
  large: Tekton,
  effort: Effort,
): Promise<Record<Kind, number>> {
  const rounds: Record<Kind, number>[] = [];
  for (let round = 1; round <= effort.rounds; round++) {
    const [before, after] = [await timesOf(small, effort), await timesOf(large, effort)];
    rounds.push({
      read: after.read / before.read,
      write: after.write / before.write,
      bulk: after.bulk / before.bulk,
    });
  }
  const of = (kind: Kind) => median(rounds.map((round) => round[kind]));
  return { read: of('read'), write: of('write'), bulk: of('bulk') };
}

export const GROWTH: Row = {
  number: 7,
  work: 'rows 1, 3 and 6 with 1,000,000 configurations against 1,000',
  target: '<= 1.2 x the time',
  async measure(lab, effort, progress) {
    const small = await lab.tekton();
    const databaseUrl = await lab.filledDatabase('large');
    const large = await lab.startTekton(databaseUrl);
    const notes: string[] = [];
    let last: Record<Kind, number> = { read: NaN, write: NaN, bulk: NaN };
    let count = CONFIGURATIONS;
    for (const next of [10_000, 100_000, 1_000_000].filter((size) => size <= effort.ballast)) {
      await addBallast({ databaseUrl, from: count, to: next, progress });
      count = next;
      progress(`${count.toLocaleString('en')} configurations: reads, writes, bulk`);
      last = await compare(small, large, effort);
      const figures = KINDS.map((kind) => `${kind} ${last[kind].toFixed(2)}`).join(', ');
      notes.push(`${count.toLocaleString('en')} configurations: ${figures} x the time`);
    }
    await large.stop();
    const worst = Math.max(...KINDS.map((kind) => last[kind]));
    return {
      figures: { tekton: `${worst.toFixed(2)} x` },
      ours: worst,
      bare: undefined,
      ratio: worst,
      met: worst <= 1.2,
      notes,
    };
  },
};
