import stringWidth from 'string-width';

const GAP = '  ';
const NARROWEST = 6;

/**
 * A table with aligned columns.
 *
 * @param rows the first one is the head
 * @param width columns of the terminal, which no line gets wider than; undefined if there is none
 */
export function layOutTable(rows: readonly (readonly string[])[], width?: number): string[] {
  const safe = rows.map((row) => row.map(withoutControls));
  const widths = (safe[0] ?? []).map((_, column) =>
    Math.max(...safe.map((row) => stringWidth(row[column] ?? ''))),
  );
  if (width !== undefined) narrow(widths, width - GAP.length * (widths.length - 1));
  return safe.map((row) =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** What others have named must not move the cursor, or look like a line of its own. */
export function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/** Takes from the widest column, until all fit. */
function narrow(widths: number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return;
    widths[widths.indexOf(widest)] = widest - 1;
    over--;
  }
}

function fit(cell: string, width: number): string {
  const missing = width - stringWidth(cell);
  if (missing >= 0) return cell + ' '.repeat(missing);
  let kept = '';
  for (const character of cell) {
    if (stringWidth(kept + character) >= width) break;
    kept += character;
  }
  return `${kept}…`.padEnd(width);
}
