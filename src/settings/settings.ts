import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { databaseFaults } from './database-options.js';
import { httpFaults } from './http-options.js';
import { natsFaults } from './nats-options.js';
import { OPTIONS, environmentName, type OptionPath } from './options.js';
import type { Option } from './option.js';
import { securityFaults } from './security-options.js';
import { tenancyFaults, tenancySource } from './tenancy-options.js';
import { readServiceInstance, type ServiceInstance } from './service-instance.js';
import { INSTANCES_PATH, isEmpty, readSettingsFile, type SettingsFile } from './settings-file.js';
import { SettingsError } from './settings-error.js';

/** Where Kaa mounts a service's configuration. */
export const DEFAULT_SETTINGS_FILE = '/srv/tekton/service-config.yml';

/** Injection token of the settings. */
export const SETTINGS = Symbol('settings');

type OptionValues = {
  readonly [Path in OptionPath]: (typeof OPTIONS)[Path] extends Option<infer Value> ? Value : never;
};

/** Options whose default is worked out when the settings are read. */
interface WorkedOut {
  readonly 'service.instance.replica.id': string;
  readonly 'http.host': string;
  readonly 'management.host': string;
  readonly 'kaa.tenancy.source': 'static' | 'tenant-manager';
  readonly 'logging.format': 'json' | 'pretty';
}

/** Everything that an operator can set, by YAML path; validated as a whole, then frozen. */
export interface Settings extends Omit<OptionValues, keyof WorkedOut>, WorkedOut {
  readonly [INSTANCES_PATH]: readonly ServiceInstance[];
}

/**
 * Reads the settings: the YAML file that `TEKTON_CONFIG_FILE` names, with the environment over it.
 *
 * @throws {SettingsError} naming every fault of both
 */
export function loadSettings(environment: NodeJS.ProcessEnv): Settings {
  const { TEKTON_CONFIG_FILE: named = '' } = environment;
  const path = named === '' ? DEFAULT_SETTINGS_FILE : named;
  const faults: string[] = [];
  const file = readSettingsFile(path, faults);
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option<unknown>>(OPTIONS)) {
    values[name] = readOption(name, option, file, environment, faults);
  }
  for (const [name, value] of file.options) {
    if (!Object.hasOwn(OPTIONS, name) && !isEmptyGroup(name, value)) {
      faults.push(`${name}: is not an option`);
    }
  }
  values[INSTANCES_PATH] = Object.freeze(
    [...file.instances].map(([name, fields]) =>
      readServiceInstance(name, fields, `${INSTANCES_PATH}.${name}`, path, faults),
    ),
  );
  checkTogether(values, faults);
  if (faults.length > 0) throw new SettingsError(path, faults);
  workOut(values);
  return Object.freeze(values) as unknown as Settings;
}

/** `http:` with nothing below it, as when all its options are commented out. */
function isEmptyGroup(name: string, value: unknown): boolean {
  return isEmpty(value) && Object.keys(OPTIONS).some((path) => path.startsWith(`${name}.`));
}

function workOut(values: Record<string, unknown>): void {
  values['service.instance.replica.id'] ??=
    `${String(values['service.instance.name'])}-${randomBytes(4).toString('hex')}`;
  values['kaa.tenancy.source'] ??= tenancySource(values);
  values['http.host'] ??= values['kaa.security.enabled'] === true ? '0.0.0.0' : '127.0.0.1';
  values['management.host'] ??= values['http.host'];
  values['logging.format'] ??= process.stdout.isTTY ? 'pretty' : 'json';
}

/** A fault of the option itself, whichever way it was given. */
const DATABASE_URL = /^(database\.url|DATABASE_URL(_FILE)?):/;

/** What one value allows and another forbids. */
function checkTogether(values: Record<string, unknown>, faults: string[]): void {
  if (values['database.url'] === undefined && !faults.some((fault) => DATABASE_URL.test(fault))) {
    faults.push(
      'database.url: is required; give it or DATABASE_URL, such as postgres://user:password@host:5432/tekton',
    );
  }
  faults.push(...databaseFaults(values), ...natsFaults(values), ...httpFaults(values));
  faults.push(...securityFaults(values), ...tenancyFaults(values, faults));
}

function readOption(
  path: string,
  option: Option<unknown>,
  file: SettingsFile,
  environment: NodeJS.ProcessEnv,
  faults: string[],
): unknown {
  const { value, source } =
    fromEnvironment([environmentName(path), ...(option.shortNames ?? [])], environment, faults) ??
    ({ value: file.options.get(path), source: path } as const);
  if (value === undefined || value === null) return option.default;
  try {
    return option.read(value);
  } catch (error) {
    const shown = option.secret ? '' : `, not ${JSON.stringify(value)}`;
    faults.push(`${source}: must be ${(error as Error).message}${shown}`);
    return option.default;
  }
}

/** The first of the names that is set, itself or as `<name>_FILE` that names a file with the value. */
function fromEnvironment(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  faults: string[],
): { value: string; source: string } | undefined {
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined && value !== '') return { value, source: name };
    const file = environment[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    try {
      return { value: readFileSync(file, 'utf8').trimEnd(), source: `${name}_FILE` };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      faults.push(`${name}_FILE: ${file} cannot be read (${code ?? 'unknown reason'})`);
    }
  }
  return undefined;
}
