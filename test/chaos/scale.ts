export const isLong = process.env.CHAOS === 'long';

/** How much of a proof is made: enough to notice in each run of all tests, or as much as convinces. */
export function scale({ short, long }: { short: number; long: number }): number {
  return isLong ? long : short;
}

/** Against hanging, not a measure. */
export const PROOF_TIMEOUT_MS = isLong ? 3_600_000 : 300_000;
