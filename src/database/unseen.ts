/**
 * A value, as an SQL expression, that the planner of PostgreSQL does not look at.
 *
 * It plans a named statement for each execution anew as long as it thinks it gains by that, and of an
 * array it always does: it guesses ten elements where it does not see that there is one. To plan
 * takes as long as to run what is most often run here.
 */
export function unseen(value: string): string {
  return `(SELECT ${value})`;
}

/** Arrays as the columns of a table, as `unnest` does, without the planner looking at them. */
export function unnestUnseen(...arrays: string[]): string {
  return `unnest(${arrays.map(unseen).join(', ')})`;
}
