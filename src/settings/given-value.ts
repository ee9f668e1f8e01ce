import { environmentName } from './options.js';
import type { Option } from './option.js';
import { codeOf, type ReadFiles } from './read-files.js';

/** What somebody gave for an option. */
interface GivenValue {
  value: unknown;
  /** The variable, or the path in the settings file. */
  source: string;
}

/** Where values of options are looked for. */
export interface GivenValues {
  readonly environment: NodeJS.ProcessEnv;
  /** Of the settings file, by dotted path. */
  readonly fromFile: ReadonlyMap<string, unknown>;
  /** What reads the files that variables name. */
  readonly files: ReadFiles;
}

/**
 * The value of an option: what its variable gives, else what the settings file does, else its default.
 *
 * @param givenBy what gave it is noted here, unless it is the default
 * @param faults what is wrong with it is added here
 */
export function readOption(
  path: string,
  option: Option<unknown>,
  given: GivenValues,
  givenBy: Map<string, string>,
  faults: string[],
): unknown {
  const names = [environmentName(path), ...(option.shortNames ?? [])];
  const { value, source } = fromEnvironment(names, given, faults) ?? {
    value: given.fromFile.get(path),
    source: path,
  };
  if (value === undefined || value === null) return option.default;
  givenBy.set(path, source);
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
  { environment, files }: GivenValues,
  faults: string[],
): GivenValue | undefined {
  for (const name of names) {
    const value = environment[name] ?? '';
    const file = environment[`${name}_FILE`] ?? '';
    if (value !== '' && file !== '') {
      faults.push(`${name}: is given twice, itself and by ${name}_FILE; keep one`);
    }
    if (value !== '') return { value, source: name };
    if (file === '') continue;
    try {
      // Whoever writes such a file ends its line; spaces may be part of a password.
      return { value: files.read(file).replace(/[\r\n]+$/, ''), source: `${name}_FILE` };
    } catch (error) {
      faults.push(`${name}_FILE: ${file} cannot be read (${codeOf(error)})`);
    }
  }
  return undefined;
}
