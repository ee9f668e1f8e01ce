import type { Outcome, Row } from './rows/row.js';
import type { SystemName } from './systems/system.js';

/** A row, and what it came to. */
export interface Measured {
  row: Row;
  outcome: Outcome;
}

const COLUMNS: readonly SystemName[] = ['tekton', 'bare', 'etcd', 'unleash'];

/** The table, in Markdown. */
export function tableOf(measured: readonly Measured[]): string {
  const lines = measured.map(({ row, outcome }) => [
    String(row.number),
    row.work,
    ...COLUMNS.map((name) => outcome.figures[name] ?? '-'),
    outcome.ratio?.toFixed(2) ?? '-',
    row.target,
    outcome.met ? 'yes' : 'NO',
  ]);
  const table = [['#', 'work', ...COLUMNS, 'ratio', 'target', 'met'], ...lines];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  const text = ([head = [], ...rest]: string[][]) =>
    [head, widths.map((width) => '-'.repeat(width)), ...rest]
      .map(
        (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
      )
      .join('\n');
  const notes = measured.flatMap(({ row, outcome }) =>
    (outcome.notes ?? []).map((note) => `- row ${row.number}: ${note}`),
  );
  return [text(table), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** The same for programs. */
export function jsonOf(measured: readonly Measured[]): string {
  const rows = measured.map(({ row, outcome }) => ({
    row: row.number,
    work: row.work,
    ours: outcome.ours,
    bare: outcome.bare ?? null,
    ratio: outcome.ratio ?? null,
    target: row.target,
    met: outcome.met,
    figures: outcome.figures,
    notes: outcome.notes ?? [],
  }));
  return JSON.stringify({ rows }, null, 2);
}
