/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  return (percentile(values, 50, Math.floor) + percentile(values, 50, Math.ceil)) / 2;
}

/**
 * The value that so many percent of all do not exceed; NaN of none.
 * @param round where it falls between two
 */
export function percentile(
  values: readonly number[],
  percent: number,
  round: (rank: number) => number = Math.ceil,
): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[round(((sorted.length - 1) * percent) / 100)] ?? Number.NaN;
}
