import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compileSchema, type CompiledSchema } from '../json/json-schema.js';
import { INSTANCE_NAME } from './options.js';

export const SCHEMA_FIELDS = [
  'appConfigurationSchema',
  'appVersionConfigurationSchema',
  'tenantConfigurationSchema',
] as const;

export type SchemaField = (typeof SCHEMA_FIELDS)[number];

const TEXT_FIELDS = ['serviceName', 'serviceGroup', 'description', 'urlPrefix'] as const;
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

/**
 * Reads the definition of one service instance.
 *
 * @param place its YAML path, for messages
 * @param file the settings file, which `$file` is relative to
 * @param faults every fault found is added here
 */
export function readServiceInstance(
  name: string,
  fields: ReadonlyMap<string, unknown>,
  place: string,
  file: string,
  faults: string[],
): ServiceInstance {
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
    try {
      schemas[field] = compileSchema(readSchema(value, file));
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
function readSchema(value: unknown, file: string): Record<string, unknown> {
  if (typeof value === 'string') return parseSchema(value, 'the text');
  if (typeof value === 'object' && value !== null && '$file' in value) {
    const path = value.$file;
    if (typeof path !== 'string') throw new Error('$file must be a path');
    let content: string;
    try {
      content = readFileSync(resolve(dirname(file), path), 'utf8');
    } catch (error) {
      throw new Error(
        `$file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
        { cause: error },
      );
    }
    return parseSchema(content, `$file ${path}`);
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Error('must be a JSON Schema: a mapping, JSON text, or {$file: path}');
  }
  return value as Record<string, unknown>;
}

function parseSchema(text: string, source: string): Record<string, unknown> {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new Error(`${source} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new Error(`${source} must hold a JSON object`);
  }
  return schema as Record<string, unknown>;
}
