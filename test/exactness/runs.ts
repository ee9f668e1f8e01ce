/**
 * How often each property is tried, and from which seed: the same tests run everywhere, unless
 * somebody looks for more. fast-check prints the seed and the smallest case of a failure.
 */
export const RUNS = {
  numRuns: Number(process.env.TEKTON_TEST_RUNS ?? 50),
  seed: Number(process.env.TEKTON_TEST_SEED ?? 1),
};

/** A bound for a property with all its runs, far above what they take. */
export const TIMEOUT_MS = Math.max(60_000, RUNS.numRuns * 1_000);
