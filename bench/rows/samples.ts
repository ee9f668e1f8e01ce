import { median } from '../statistics.js';
import type { System, SystemName } from '../systems/system.js';

/** What was measured of each system, round by round. */
export class Samples {
  private readonly samples = new Map<SystemName, number[]>();

  add(name: SystemName, value: number): void {
    const known = this.samples.get(name);
    if (known === undefined) this.samples.set(name, [value]);
    else known.push(value);
  }

  /** NaN if it was not measured. */
  median(name: SystemName): number {
    return median(this.samples.get(name) ?? []);
  }

  /** Undefined if it was not measured. */
  maybe(name: SystemName): number | undefined {
    return this.samples.has(name) ? this.median(name) : undefined;
  }

  /** Every median, as `format` shows it. */
  figures(format: (value: number) => string): Partial<Record<SystemName, string>> {
    return Object.fromEntries(
      [...this.samples.keys()].map((name) => [name, format(this.median(name))]),
    );
  }

  /** The ratio of Tekton to another, within each round: the lowest and the highest. */
  spread(other: SystemName): string {
    const [ours = [], theirs = []] = [this.samples.get('tekton'), this.samples.get(other)];
    const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
    return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  }
}

/**
 * Measures all systems in turn, several times over: what changes on the machine meanwhile concerns all.
 * @param measure gives a figure of one system
 */
export async function interleaved<Measured extends System>(
  systems: readonly Measured[],
  rounds: number,
  measure: (system: Measured, round: number) => Promise<number>,
): Promise<Samples> {
  const samples = new Samples();
  for (let round = 1; round <= rounds; round++) {
    for (const system of systems) samples.add(system.name, await measure(system, round));
  }
  return samples;
}

/** As `7,812/s`. */
export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

/** As `2.31 ms`. */
export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en')} ms`;
}
