import type { Option } from './option.js';
import { OPTIONS } from './options.js';
import { SCHEMA_FIELDS } from './service-instance.js';
import { INSTANCES_PATH } from './settings-file.js';
import type { Settings } from './settings.js';

/** What is in force, for the operator: the file, the instances, and the options that are not as by default. */
export function summaryOf(settings: Settings): string {
  const { path, givenBy } = settings.origin;
  const instances = settings[INSTANCES_PATH];
  const names = instances.map(({ name }) => name).join(', ');
  const schemas = instances.flatMap((one) => SCHEMA_FIELDS.filter((field) => one.schemas[field]));
  const rows = Object.entries<Option<unknown>>(OPTIONS).flatMap(([name, option]) => {
    const value = settings[name as keyof typeof OPTIONS];
    const source = givenBy.get(name);
    const isDefault = JSON.stringify(value) === JSON.stringify(option.default);
    if (source === undefined || isDefault) return [];
    return [[name, shown(value, option), source === name ? 'the file' : source] as const];
  });
  return [
    'The settings are valid.',
    '',
    `File: ${path}`,
    `Service instances: ${instances.length}${names && ` (${names})`}`,
    `JSON Schemas: ${schemas.length}`,
    rows.length === 0
      ? 'All options have their defaults.'
      : 'Options that differ from their defaults, and where they are given:',
    ...aligned(rows),
  ].join('\n');
}

function shown(value: unknown, { secret = false }: Option<unknown>): string {
  if (secret) return '(secret)';
  return Array.isArray(value) ? value.join(',') : String(value);
}

function aligned(rows: readonly (readonly [string, string, string])[]): string[] {
  const [names, values] = [0, 1].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map(
    ([name, value, source]) =>
      `  ${name.padEnd(names ?? 0)}  ${value.padEnd(values ?? 0)}  ${source}`,
  );
}
