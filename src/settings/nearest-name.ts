/** Letters by which a name may differ from the one that was meant. */
const MOST_DIFFERENCES = 3;

/** The name that was probably meant by one that is not known; `undefined` if none is near. */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.min(MOST_DIFFERENCES, Math.floor(unknown.length / 3)) + 1;
  for (const name of known) {
    // Those of very different lengths need not be compared.
    if (Math.abs(name.length - unknown.length) >= fewest) continue;
    const differences = differencesBetween(unknown, name);
    if (differences >= fewest) continue;
    fewest = differences;
    nearest = name;
  }
  return nearest;
}

/** How many letters must be put in, left out or replaced (Levenshtein's distance). */
function differencesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
