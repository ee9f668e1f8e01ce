import { environmentName } from './options.js';
import type { Option } from './option.js';
import { codeOf, type ReadFiles } from './read-files.js';

/** Characters of a faulty value that are worth telling. */
const MOST_SHOWN = 200;

/** What somebody gave for an option. */
interface GivenValue {
  value: unknown;
  /** The variable, or the path in the settings file. */
  source: string;
  /** Whether it is the content of a file that a variable names. */
  isContent?: boolean;
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
  const found = fromEnvironment(names, option, given, faults) ?? {
    value: given.fromFile.get(path),
    source: path,
  };
  const { value, source } = found;
  if (value === undefined || value === null) return option.default;
  givenBy.set(path, source);
  try {
    return option.read(value);
  } catch (error) {
    faults.push(`${source}: must be ${(error as Error).message}${shown(found, option)}`);
    return option.default;
  }
}

/** The value, as far as it may be told: a file may be the wrong one, and a list may hold anything. */
function shown(
  { value, isContent = false }: GivenValue,
  { secret = false }: Option<unknown>,
): string {
  if (secret || isContent) return '';
  if (Array.isArray(value) && value.length > 0) return ', not a list';
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? '' : `, not ${text}`;
}

/** The first of the names that is set, itself or as `<name>_FILE` that names a file with the value. */
function fromEnvironment(
  names: readonly string[],
  { secret = false }: Option<unknown>,
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
      const value = files.read(file, { mayBePipe: true }).replace(/[\r\n]+$/, '');
      return { value, source: `${name}_FILE`, isContent: true };
    } catch (error) {
      // It may be the secret itself that was given there.
      const named = secret ? 'the file that it names' : file;
      faults.push(`${name}_FILE: ${named} cannot be read (${codeOf(error)})`);
    }
  }
  return undefined;
}
