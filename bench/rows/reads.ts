import { answersPerSecond, CONNECTIONS } from '../load.js';
import type { System } from '../systems/system.js';
import type { Effort, Row } from './row.js';
import { interleaved, perSecond } from './samples.js';

/** Configurations that one connection reads in turn. */
const PER_CONNECTION = 8;
const WARM_UP_SECONDS = 2;

function addresses(connection: number): number[] {
  return Array.from({ length: PER_CONNECTION }, (_, index) => connection + index * CONNECTIONS);
}

/** Reads single configurations, after a warm-up, and tells how many a second were answered. */
export async function readsPerSecond(system: System, { seconds }: Effort): Promise<number> {
  const requestsOf = (connection: number) =>
    addresses(connection).map((index) => system.read(index));
  await answersPerSecond({ system, seconds: WARM_UP_SECONDS, requestsOf, status: 200 });
  return answersPerSecond({ system, seconds, requestsOf, status: 200 });
}

/** The same by those who have the newest value: each answer is 304. Undefined if there is no such thing. */
async function unchangedPerSecond(
  system: System,
  { seconds }: Effort,
): Promise<number | undefined> {
  const all = Array.from({ length: CONNECTIONS * PER_CONNECTION }, (_, index) => index);
  const requests = await Promise.all(all.map((index) => system.readUnchanged(index)));
  if (requests.includes(undefined)) return undefined;
  const requestsOf = (connection: number) =>
    addresses(connection).flatMap((index) => requests[index] ?? []);
  await answersPerSecond({ system, seconds: WARM_UP_SECONDS, requestsOf, status: 304 });
  return answersPerSecond({ system, seconds, requestsOf, status: 304 });
}

export const READ: Row = {
  number: 1,
  work: 'GET one configuration, with a token',
  target: '>= 0.80 of bare; ahead of etcd; 5 x Unleash',
  async measure(lab, effort, progress) {
    const systems = await lab.present('tekton', 'bare', 'etcd', 'unleash');
    const rates = await interleaved(systems, effort.rounds, (system, round) => {
      progress(`${system.name}, round ${round}`);
      return readsPerSecond(system, effort);
    });
    const [ours, bare] = [rates.median('tekton'), rates.median('bare')];
    const ratio = ours / bare;
    const ahead = ours > (rates.maybe('etcd') ?? 0) && ours >= 5 * (rates.maybe('unleash') ?? 0);
    return {
      figures: rates.figures(perSecond),
      ours,
      bare,
      ratio,
      met: ratio >= 0.8 && ahead,
      notes: [`the rounds' ratios to bare: ${rates.spread('bare')}`],
    };
  },
};

export const READ_UNCHANGED: Row = {
  number: 2,
  work: 'the same with If-None-Match (304)',
  target: 'at least as fast as row 1',
  async measure(lab, effort, progress) {
    const tekton = await lab.tekton();
    const ratios: number[] = [];
    const systems = await lab.present('tekton', 'unleash');
    const rates = await interleaved(systems, effort.rounds, async (system, round) => {
      progress(`${system.name}, round ${round}`);
      const rate = (await unchangedPerSecond(system, effort)) ?? Number.NaN;
      if (system === tekton) ratios.push(rate / (await readsPerSecond(system, effort)));
      return rate;
    });
    const ratio = ratios.reduce((sum, value) => sum + value, 0) / ratios.length;
    return {
      figures: rates.figures(perSecond),
      ours: rates.median('tekton'),
      bare: undefined,
      ratio,
      met: ratio >= 1,
      notes: ['the ratio is to the reads of row 1 that were made beside it'],
    };
  },
};
