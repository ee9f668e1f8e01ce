import { styleText } from 'node:util';
import { jsonToYaml } from './exact-yaml.js';
import { layOut } from './json-layout.js';
import { layOutTable } from './table.js';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** A column of a table: its head, and the name of the member that it shows. */
export type Column = readonly [head: string, member: string];

type Style = Parameters<typeof styleText>[0];

/** Writes what a command has to tell; people's notes go to standard error, so that pipes stay clean. */
export class Output {
  constructor(private readonly format: OutputFormat | undefined) {}

  /** A list that Tekton gave, as JSON; by default as a table. */
  async list(json: string, columns: readonly Column[]): Promise<void> {
    if (this.format === 'json' || this.format === 'yaml') return this.document(json);
    const items = JSON.parse(json) as Record<string, unknown>[];
    const rows = items.map((item) => columns.map(([, member]) => cellOf(item[member])));
    const [head = '', ...lines] = layOutTable(
      [columns.map(([name]) => name), ...rows],
      process.stdout.isTTY ? process.stdout.columns : undefined,
    );
    await this.line(styled('bold', head));
    for (const line of lines) await this.line(line);
  }

  /** A document, just as it is stored, laid out; by default as JSON. */
  document(json: string): Promise<void> {
    return write(this.format === 'yaml' ? jsonToYaml(json) : `${layOut(json)}\n`);
  }

  line(text: string): Promise<void> {
    return write(`${text}\n`);
  }

  /** A note for people. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}

/** Colours only on a terminal that has them (also NO_COLOR and FORCE_COLOR). */
export function styled(style: Style, text: string, stream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** Waits for whoever reads it, so that memory does not grow with what they have not read. */
export function write(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
