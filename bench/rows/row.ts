import type { Lab } from '../lab.js';
import type { SystemName } from '../systems/system.js';

/** How long and how often to measure. */
export interface Effort {
  rounds: number;
  /** Of each load, after it has been warmed up. */
  seconds: number;
  /** Repetitions of what is measured one by one. */
  repetitions: number;
  /** Of configurations in the database, where many are asked for. */
  ballast: number;
}

/** What a row came to. */
export interface Outcome {
  /** Each figure as it is shown, such as `7,800/s`; nothing for a system that was not measured. */
  figures: Partial<Record<SystemName, string>>;
  /** What `--json` tells: one number each. */
  ours: number;
  bare: number | undefined;
  /** What the target speaks of. */
  ratio: number | undefined;
  met: boolean;
  /** Further lines for the reader. */
  notes?: string[];
}

/** A row of the table. */
export interface Row {
  number: number;
  work: string;
  target: string;
  /** @param progress takes what is being done */
  measure(lab: Lab, effort: Effort, progress: (what: string) => void): Promise<Outcome>;
}
