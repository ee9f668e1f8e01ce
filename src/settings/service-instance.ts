import { dirname, resolve } from 'node:path';
import { JsonFault, parseExact } from '../json/exact-json.js';
import type { CompiledSchema } from '../json/json-schema.js';
import { INSTANCE_NAME } from './options.js';
import { codeOf, type ReadFiles } from './read-files.js';

export const SCHEMA_FIELDS = [
  'appConfigurationSchema',
  'appVersionConfigurationSchema',
  'tenantConfigurationSchema',
] as const;

export type SchemaField = (typeof SCHEMA_FIELDS)[number];

/** What stands in place of a schema that has a file of its own. */
export const FILE_KEY = '$file';

export const TEXT_FIELDS = ['serviceName', 'serviceGroup', 'description', 'urlPrefix'] as const;
const REQUIRED_FIELDS: readonly string[] = ['serviceName', 'serviceGroup'];

/** A service with its configuration: the unit that Tekton configures. */
export interface ServiceInstance {
  readonly name: string;
  readonly serviceName: string;
  readonly serviceGroup: string;
  readonly description?: string;
  readonly urlPrefix?: string;
  /** What configurations of each level must fit; a level without one takes any JSON object. */
  readonly schemas: Readonly<Partial<Record<SchemaField, CompiledSchema>>>;
}

/** What a service instance is read with. */
export interface InstanceReading {
  /** The settings file, which `$file` is relative to. */
  readonly file: string;
  /** What reads the files of schemas. */
  readonly files: ReadFiles;
  /** @throws {Error} saying what is wrong with the schema */
  readonly compile: (source: Record<string, unknown>) => CompiledSchema;
  /** Every fault found is added here. */
  readonly faults: string[];
}

/**
 * Reads the definition of one service instance, in steps of one schema each: to compile many at once
 * would hold up whatever else there is to do.
 *
 * @param place its YAML path, for messages
 */
export function* readServiceInstance(
  name: string,
  fields: ReadonlyMap<string, unknown>,
  place: string,
  reading: InstanceReading,
): Generator<void, ServiceInstance, void> {
  const { faults, compile } = reading;
  if (!INSTANCE_NAME.test(name)) {
    faults.push(`${place}: the name must be 1 to 100 of A-Z a-z 0-9 _ -, first a letter or digit`);
  }
  const texts: Record<string, string> = {};
  for (const field of TEXT_FIELDS) {
    const value = fields.get(field);
    if (typeof value === 'string') texts[field] = value;
    else if (value !== undefined && value !== null) faults.push(`${place}.${field}: must be text`);
    if (!texts[field] && REQUIRED_FIELDS.includes(field)) {
      faults.push(`${place}.${field}: is required`);
    }
  }
  const schemas: Partial<Record<SchemaField, CompiledSchema>> = {};
  for (const field of SCHEMA_FIELDS) {
    const value = fields.get(field);
    if (value === undefined || value === null) continue;
    yield;
    try {
      schemas[field] = compile(readSchema(value, reading));
    } catch (error) {
      faults.push(`${place}.${field}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const field of fields.keys()) {
    const known: readonly string[] = [...TEXT_FIELDS, ...SCHEMA_FIELDS];
    if (!known.includes(field)) {
      faults.push(`${place}.${field}: is not known; a service instance has ${known.join(', ')}`);
    }
  }
  return Object.freeze({ name, ...texts, schemas: Object.freeze(schemas) }) as ServiceInstance;
}

/** A schema stands inline, as JSON text, or in a file of its own. */
function readSchema(value: unknown, reading: InstanceReading): Record<string, unknown> {
  if (typeof value === 'string') return parseSchema(value, 'the text');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('must be a JSON Schema: a mapping, JSON text, or {$file: path}');
  }
  return FILE_KEY in value ? readSchemaFile(value, reading) : (value as Record<string, unknown>);
}

function readSchemaFile(
  value: { [FILE_KEY]: unknown },
  { file, files }: InstanceReading,
): Record<string, unknown> {
  const path = value[FILE_KEY];
  if (typeof path !== 'string' || path === '') throw new Error('$file must be a path');
  const others = Object.keys(value).filter((key) => key !== FILE_KEY);
  if (others.length > 0) {
    throw new Error(`$file must stand alone, without ${others.join(', ')}: the file is the schema`);
  }
  let content: string;
  try {
    content = files.read(resolve(dirname(file), path));
  } catch (error) {
    throw new Error(`$file ${path} cannot be read (${codeOf(error)})`, { cause: error });
  }
  return parseSchema(content, `$file ${path}`);
}

function parseSchema(text: string, source: string): Record<string, unknown> {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw new Error(`${source} is not JSON${placeOfFault(text)}`);
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new Error(`${source} must hold a JSON object`);
  }
  return schema as Record<string, unknown>;
}

/** Where a text stops being JSON. What stands there is not told: it may be the file of a secret. */
function placeOfFault(text: string): string {
  try {
    parseExact(text, { depth: 1000, keys: Infinity });
    return '';
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return / \(line \d+, column \d+\)$/.exec(error.message)?.[0] ?? '';
  }
}
