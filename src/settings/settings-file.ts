import { codeOf, type ReadFiles } from './read-files.js';
import { FILE_KEY, SCHEMA_FIELDS } from './service-instance.js';
import { shownName } from './shown-name.js';
import { readYaml, YamlFaults } from './yaml-text.js';

export const INSTANCES_PATH = 'kaa.service-instances';

/** What a settings file says: options by their dotted path, and service instances field by field. */
export interface SettingsFile {
  options: Map<string, unknown>;
  /** Fields of each service instance, in the order of the file. */
  instances: Map<string, Map<string, unknown>>;
  /** Whether it says nothing at all, as while it is being written. */
  isBlank: boolean;
  /** Whether nothing of it is known, since it is missing or no YAML. */
  isUnreadable: boolean;
}

/**
 * Reads a YAML settings file, in which nested and dotted keys mean the same.
 *
 * @param files what reads it
 * @param faults every fault found is added here
 */
export function readSettingsFile(path: string, files: ReadFiles, faults: string[]): SettingsFile {
  const file: SettingsFile = {
    options: new Map(),
    instances: new Map(),
    isBlank: false,
    isUnreadable: false,
  };
  const unreadable = { ...file, isUnreadable: true };
  let content: string;
  try {
    content = files.read(path, { mayBePipe: true });
  } catch (error) {
    faults.push(
      `the file cannot be read (${codeOf(error)}); TEKTON_CONFIG_FILE names another place`,
    );
    return unreadable;
  }
  let root: unknown;
  try {
    root = readYaml(content);
  } catch (error) {
    if (!(error instanceof YamlFaults)) throw error;
    faults.push(...error.faults);
    return unreadable;
  }
  if (root === null) return { ...file, isBlank: true };
  if (!isMapping(root)) {
    faults.push('the file must hold a mapping of options');
    return unreadable;
  }
  collect(root, [], file, faults);
  return file;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `null` or `{}`, as when all members are commented out. */
export function isEmpty(value: unknown): boolean {
  return value === null || (isMapping(value) && !hasMembers(value));
}

function hasMembers(mapping: Record<string, unknown>): boolean {
  return Object.keys(mapping).length > 0;
}

function collect(
  mapping: Record<string, unknown>,
  parents: readonly string[],
  file: SettingsFile,
  faults: string[],
): void {
  for (const [key, value] of Object.entries(mapping)) {
    const path = [...parents, ...key.split('.')];
    const dotted = path.join('.');
    const [instance, field] = instancePath(path);
    if (dotted === INSTANCES_PATH && (isEmpty(value) || !isMapping(value))) {
      if (!isEmpty(value)) faults.push(`${dotted}: must be a mapping of service instances by name`);
      continue;
    }
    const isInstance = instance !== undefined && field === undefined;
    if (isInstance && isMapping(value)) {
      file.instances.set(instance, file.instances.get(instance) ?? new Map<string, unknown>());
    }
    if (isMapping(value) && !isSchema(path) && (hasMembers(value) || isInstance)) {
      collect(value, path, file, faults);
    } else if (instance === undefined) {
      put(file.options, dotted, value, shownName(dotted, true), faults);
    } else if (field === undefined) {
      faults.push(`${dotted}: must be a mapping with serviceName and serviceGroup`);
    } else {
      const fields = file.instances.get(instance) ?? new Map<string, unknown>();
      file.instances.set(instance, fields);
      const schema = SCHEMA_FIELDS.find((one) => field === `${one}.${FILE_KEY}`);
      if (schema) put(fields, schema, { [FILE_KEY]: value }, dotted, faults);
      else put(fields, field, value, dotted, faults);
    }
  }
}

function put(
  target: Map<string, unknown>,
  key: string,
  value: unknown,
  dotted: string,
  faults: string[],
): void {
  if (target.has(key)) faults.push(`${dotted}: is given twice, nested and dotted; keep one`);
  else target.set(key, value);
}

/** The instance, and what of it, that a path below `kaa.service-instances` names. */
function instancePath(path: readonly string[]): [instance?: string, field?: string] {
  if (path.length < 3 || path.slice(0, 2).join('.') !== INSTANCES_PATH) return [];
  const [instance = '', ...field] = path.slice(2);
  return field.length > 0 ? [instance, field.join('.')] : [instance];
}

/** Keys of a JSON Schema are the schema's own business. */
function isSchema(path: readonly string[]): boolean {
  const [, field] = instancePath(path);
  return field !== undefined && (SCHEMA_FIELDS as readonly string[]).includes(field);
}
