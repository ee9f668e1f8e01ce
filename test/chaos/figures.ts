import type { Account } from './account.js';
import { firstDeliveries } from './faults.js';
import { isLong } from './scale.js';
import type { Writers } from './writers.js';

/** What a proof has measured; it is told, never asserted. */
export type Figures = Readonly<Record<string, number | string>>;

/** One line, for people to read and to compare. */
export function printFigures(proof: string, figures: Figures): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${show(value)}`);
  console.log(`${proof}: ${parts.join(', ')}`);
}

/** What there is to count of any proof. */
export function countsOf(account: Account, { failed }: Pick<Writers, 'failed'>): Figures {
  const { acknowledged, stored, told } = account;
  return {
    acknowledged: acknowledged.length,
    'with unknown outcome': failed,
    stored: stored.length,
    messages: told.length,
    duplicates: told.length - firstDeliveries(told).length,
  };
}

/** Median and worst of some times in milliseconds. */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const worst = sorted.at(-1);
  if (median === undefined || worst === undefined) return 'none';
  return `${Math.round(median)} ms, worst ${Math.round(worst)} ms (of ${sorted.length})`;
}

/** The longest time without a message between two instants, in milliseconds. */
export function longestSilence(arrivals: readonly number[], from: number, to: number): number {
  const marks = [from, ...arrivals.filter((at) => at > from && at < to), to];
  const silences = marks.slice(1).map((at, index) => at - (marks[index] ?? at));
  return Math.max(0, ...silences);
}

/** Says now and then how far a long proof has come. */
export function progressOf(proof: string, rounds: number): (round: number) => void {
  const step = Math.ceil(rounds / 10);
  return (round) => {
    if (isLong && round % step === 0) console.log(`${proof}: ${round} of ${rounds}`);
  };
}

function show(value: number | string): string {
  return typeof value === 'number' ? Math.round(value).toLocaleString('en') : value;
}
