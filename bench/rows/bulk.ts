import { Connection } from '../connection.js';
import { CONFIGURATIONS } from '../lab.js';
import { median } from '../statistics.js';
import type { System } from '../systems/system.js';
import type { Row } from './row.js';
import { interleaved, milliseconds } from './samples.js';

/** The median of reading everything in one answer, in milliseconds. */
export async function wholeReads(system: System, repetitions: number): Promise<number> {
  const request = system.readAll();
  if (request === undefined) throw new Error(`${system.name} cannot be read as a whole`);
  const connection = new Connection(system.origin);
  const times: number[] = [];
  for (let read = -Math.ceil(repetitions / 4); read < repetitions; read++) {
    const begin = performance.now();
    const { body } = await connection.send(request);
    if (read >= 0) times.push(performance.now() - begin);
    if (body.length < CONFIGURATIONS * 1000) throw new Error(`${system.name} left something out`);
  }
  connection.close();
  return median(times);
}

export const WHOLE: Row = {
  number: 6,
  work: '1,000 configurations in one answer (p50)',
  target: '<= 1.25 x bare',
  async measure(lab, { rounds, repetitions }, progress) {
    const systems = await lab.present('tekton', 'bare', 'etcd', 'unleash');
    const times = await interleaved(systems, rounds, (system, round) => {
      progress(`${system.name}, round ${round}`);
      return wholeReads(system, repetitions);
    });
    const [ours, bare] = [times.median('tekton'), times.median('bare')];
    return {
      figures: times.figures(milliseconds),
      ours,
      bare,
      ratio: ours / bare,
      met: ours / bare <= 1.25,
      notes: [`the rounds' ratios to bare: ${times.spread('bare')}`],
    };
  },
};
