import { documentOf } from '../documents.js';
import { answersPerSecond } from '../load.js';
import type { System } from '../systems/system.js';
import type { Effort, Row } from './row.js';
import { interleaved, perSecond } from './samples.js';

/** Values that one connection writes in turn: each differs from the one before. */
const VALUES = 4;
const WARM_UP_SECONDS = 2;

/** Replaces configurations, each connection one of its own, and tells how often a second. */
export async function writesPerSecond(system: System, { seconds }: Effort): Promise<number> {
  const requestsOf = (connection: number) =>
    Array.from({ length: VALUES }, (_, value) =>
      system.write(connection, documentOf(`${connection} value ${value}`)),
    );
  await answersPerSecond({ system, seconds: WARM_UP_SECONDS, requestsOf, status: 200 });
  return answersPerSecond({ system, seconds, requestsOf, status: 200 });
}

export const WRITE: Row = {
  number: 3,
  work: 'PUT a changed configuration, with schema, history, outbox and notification',
  target: '>= 0.50 of bare (upsert, commit, publish)',
  async measure(lab, effort, progress) {
    const systems = await lab.present('tekton', 'bare', 'etcd', 'unleash');
    const rates = await interleaved(systems, effort.rounds, (system, round) => {
      progress(`${system.name}, round ${round}`);
      return writesPerSecond(system, effort);
    });
    const [ours, bare] = [rates.median('tekton'), rates.median('bare')];
    return {
      figures: rates.figures(perSecond),
      ours,
      bare,
      ratio: ours / bare,
      met: ours / bare >= 0.5,
      notes: [`the rounds' ratios to bare: ${rates.spread('bare')}`],
    };
  },
};
