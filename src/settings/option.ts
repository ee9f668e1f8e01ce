import { isHttpUrl } from '../oauth/http-url.js';

/** What an option takes, and how its value is read from YAML or an environment variable. */
export interface Option<Value> {
  /** What it is for, in a sentence for the operator. */
  readonly about: string;
  /** The value it has when nobody sets it; `undefined` if there is none. */
  readonly default: Value;
  /** The default in words, where it is not a constant. */
  readonly defaultAbout?: string;
  /** Names of environment variables that set it, beside the one made of its path. */
  readonly shortNames?: readonly string[];
  /** What a value looks like, for the reference and for messages. */
  readonly takes: string;
  /** Never shown. */
  readonly secret?: boolean;
  /**
   * Reads a value as it stands in YAML, or the text of an environment variable.
   *
   * @throws {Error} whose message completes "must be ..."
   */
  readonly read: (value: unknown) => NonNullable<Value>;
}

type Description<Value> = Omit<Option<Value>, 'takes' | 'read'>;

export function text<Value extends string | undefined>(
  description: Description<Value> & { pattern?: RegExp; takes?: string },
): Option<Value> {
  const { pattern, takes = 'text' } = description;
  return {
    ...description,
    takes,
    read: (value) => {
      if (typeof value !== 'string' || value === '' || (pattern && !pattern.test(value))) {
        throw new Error(takes);
      }
      return value as NonNullable<Value>;
    },
  };
}

export function url<Value extends string | undefined>(
  description: Description<Value> & { schemes: readonly string[] },
): Option<Value> {
  const takes = `a URL with ${description.schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return {
    ...description,
    takes,
    read: (value) => {
      if (typeof value !== 'string' || !URL.canParse(value)) throw new Error(takes);
      const { protocol, username, password } = new URL(value);
      if (!description.schemes.includes(protocol.slice(0, -1))) throw new Error(takes);
      if (!isDecodable(username) || !isDecodable(password)) {
        throw new Error(`${takes}; a percent sign in its user or password is written %25`);
      }
      return value as NonNullable<Value>;
    },
  };
}

/** The address of a server that is asked by HTTP: it has no user and password, which fetch refuses. */
export function httpUrl(
  description: Omit<Description<string | undefined>, 'default' | 'secret'>,
): Option<string | undefined> {
  const takes = 'a URL with https:// or http://, without user and password';
  return {
    ...description,
    default: undefined,
    takes,
    // One that is refused may have a password.
    secret: true,
    read: (value) => {
      if (typeof value !== 'string' || !isHttpUrl(value)) throw new Error(takes);
      return value;
    },
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export function integer(
  description: Description<number> & { min: number; max: number },
): Option<number> {
  const { min, max } = description;
  const takes = `a whole number from ${min} to ${max}`;
  return {
    ...description,
    takes,
    read: (value) => {
      const number = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value;
      if (!Number.isInteger(number)) throw new Error(takes);
      if ((number as number) < min || (number as number) > max) throw new Error(takes);
      return number as number;
    },
  };
}

export function flag(description: Description<boolean>): Option<boolean> {
  const takes = 'true or false';
  return {
    ...description,
    takes,
    read: (value) => {
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw new Error(takes);
    },
  };
}

export function choice<Value extends string | undefined>(
  description: Description<Value> & { among: readonly NonNullable<Value>[] },
): Option<Value> {
  const among: readonly unknown[] = description.among;
  const takes = description.among.join(', ').replace(/, (?=[^,]*$)/, ' or ');
  return {
    ...description,
    takes,
    read: (value) => {
      if (!among.includes(value)) throw new Error(takes);
      return value as NonNullable<Value>;
    },
  };
}

/** A list, in YAML or as text with commas. */
export function list(
  description: Description<readonly string[]> & { of: Option<string> },
): Option<readonly string[]> {
  const takes = `a list of: ${description.of.takes} (as text: with commas between)`;
  return {
    ...description,
    takes,
    read: (value) => {
      const items = typeof value === 'string' ? value.split(',') : value;
      if (!Array.isArray(items) || items.length === 0) throw new Error(takes);
      return Object.freeze(
        items.map((item: unknown) =>
          description.of.read(typeof item === 'string' ? item.trim() : item),
        ),
      );
    },
  };
}
