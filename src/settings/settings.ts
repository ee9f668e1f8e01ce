import { randomBytes } from 'node:crypto';
import { compileSchema } from '../json/json-schema.js';
import { databaseFaults } from './database-options.js';
import { httpFaults } from './http-options.js';
import { readOption } from './given-value.js';
import { natsFaults } from './nats-options.js';
import { nearestName } from './nearest-name.js';
import { OPTIONS, environmentName, type OptionPath } from './options.js';
import type { Option } from './option.js';
import { ReadFiles } from './read-files.js';
import { securityFaults } from './security-options.js';
import { tenancyFaults, tenancySource } from './tenancy-options.js';
import {
  readServiceInstance,
  type InstanceReading,
  type ServiceInstance,
} from './service-instance.js';
import { INSTANCES_PATH, isEmpty, readSettingsFile } from './settings-file.js';
import { SettingsError } from './settings-error.js';
import { SettingsOrigin } from './settings-origin.js';
import { shownName } from './shown-name.js';

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
  readonly origin: SettingsOrigin;
}

/** What settings are read with. */
export interface SettingsReading {
  /** What reads the files; it then knows whether they are unchanged. */
  readonly files: ReadFiles;
  readonly compile: InstanceReading['compile'];
}

/**
 * Reads the settings: the YAML file that `TEKTON_CONFIG_FILE` names, with the environment over it.
 *
 * @throws {SettingsError} naming every fault of both
 */
export function loadSettings(environment: NodeJS.ProcessEnv): Settings {
  const steps = settingsSteps(environment, { files: new ReadFiles(), compile: compileSchema });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Reads the settings like `loadSettings`, in steps between which other things can be done.
 *
 * @throws {SettingsError} naming every fault of both
 */
export function* settingsSteps(
  environment: NodeJS.ProcessEnv,
  { files, compile }: SettingsReading,
): Generator<void, Settings, void> {
  const { TEKTON_CONFIG_FILE: named = '' } = environment;
  const path = named === '' ? DEFAULT_SETTINGS_FILE : named;
  const faults: string[] = [];
  const { options, instances, isBlank, isUnreadable } = readSettingsFile(path, files, faults);
  const given = { environment, fromFile: options, files };
  const givenBy = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option<unknown>>(OPTIONS)) {
    values[name] = readOption(name, option, given, givenBy, faults);
  }
  faults.push(...unknownOptions(options));
  const misplaced = environmentName(INSTANCES_PATH);
  if ((environment[misplaced] ?? '') !== '') {
    faults.push(`${misplaced}: is no variable; ${INSTANCES_PATH} stands in the file only`);
  }
  const read: ServiceInstance[] = [];
  for (const [name, fields] of instances) {
    const reading = { file: path, files, compile, faults };
    read.push(yield* readServiceInstance(name, fields, `${INSTANCES_PATH}.${name}`, reading));
  }
  values[INSTANCES_PATH] = Object.freeze(read);
  // What it would say is missing else.
  if (!isUnreadable) checkTogether(values, faults);
  if (faults.length > 0) throw new SettingsError(path, faults);
  workOut(values);
  values.origin = new SettingsOrigin({ path, isBlank, files, givenBy }, environment);
  return Object.freeze(values) as unknown as Settings;
}

/** How a value comes to be a name. */
const HINT =
  '; a colon needs a space after it, a text with special characters needs quotes, and not every option takes a mapping';

function unknownOptions(options: ReadonlyMap<string, unknown>): string[] {
  const known = Object.keys(OPTIONS);
  return [...options]
    .filter(([name, value]) => !Object.hasOwn(OPTIONS, name) && !isEmptyGroup(name, value))
    .map(([name, value]) => {
      const meant = nearestName(name, known);
      const shown = shownName(name, value !== null || meant !== undefined);
      if (meant !== undefined) return `${shown}: is not an option; did you mean ${meant}?`;
      return `${shown}: is not an option${shown === name ? '' : HINT}`;
    });
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

/** What one value allows and another forbids. */
function checkTogether(values: Record<string, unknown>, faults: string[]): void {
  faults.push(...databaseFaults(values, faults));
  faults.push(...natsFaults(values), ...httpFaults(values));
  faults.push(...securityFaults(values), ...tenancyFaults(values, faults));
}
