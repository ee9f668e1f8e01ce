import { existsSync } from 'node:fs';
import { DATABASE_OPTIONS, databaseFaults } from './database-options.js';
import { readOption } from './given-value.js';
import type { Option } from './option.js';
import { ReadFiles } from './read-files.js';
import { SettingsError } from './settings-error.js';
import { readSettingsFile } from './settings-file.js';
import { DEFAULT_SETTINGS_FILE, type Settings } from './settings.js';

const REPLICA_ID = 'service.instance.replica.id';

/** The settings that say which database there is, and how it is reached. */
export type SettingsOfDatabase = Pick<Settings, keyof typeof DATABASE_OPTIONS | typeof REPLICA_ID>;

/**
 * Reads what a command needs that works on the database alone: other options may be missing or faulty, and
 * so may be the settings file if nobody names one.
 *
 * @param name what the command is called on the server
 * @throws {SettingsError} naming every fault of these options
 */
export function loadSettingsOfDatabase(
  environment: NodeJS.ProcessEnv,
  name: string,
): SettingsOfDatabase {
  const { TEKTON_CONFIG_FILE: named = '' } = environment;
  const path = named === '' ? DEFAULT_SETTINGS_FILE : named;
  const files = new ReadFiles();
  const faults: string[] = [];
  const isFile = named !== '' || existsSync(path);
  const file = isFile ? readSettingsFile(path, files, faults) : undefined;
  const given = { environment, fromFile: file?.options ?? new Map<string, unknown>(), files };
  const values: Record<string, unknown> = { [REPLICA_ID]: name };
  for (const [option, of] of Object.entries<Option<unknown>>(DATABASE_OPTIONS)) {
    values[option] = readOption(option, of, given, new Map(), faults);
  }
  // What it would say is missing else.
  if (file?.isUnreadable !== true) faults.push(...databaseFaults(values, faults));
  if (faults.length > 0) throw new SettingsError(path, faults);
  return values as unknown as SettingsOfDatabase;
}
