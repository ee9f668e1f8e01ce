import type { ReadFiles } from './read-files.js';

/** What is known of the reading of settings. */
interface KnownOfReading {
  readonly path: string;
  readonly isBlank: boolean;
  readonly files: ReadFiles;
  readonly givenBy: ReadonlyMap<string, string>;
}

/** Where settings were read from, so that it can be told, and read again. */
export class SettingsOrigin {
  /** Of the settings file. */
  readonly path: string;
  /** Whether that file says nothing at all. */
  readonly isBlank: boolean;
  /** All files that were read: that one, those of schemas, those that variables name. */
  readonly files: ReadFiles;
  /** The variable that gives an option, or the option's own path if the file does; none for a default. */
  readonly givenBy: ReadonlyMap<string, string>;
  /** Not to be seen where settings are printed: it holds more than is Tekton's. */
  readonly #environment: NodeJS.ProcessEnv;

  constructor({ path, isBlank, files, givenBy }: KnownOfReading, environment: NodeJS.ProcessEnv) {
    this.path = path;
    this.isBlank = isBlank;
    this.files = files;
    this.givenBy = givenBy;
    this.#environment = { ...environment };
  }

  get environment(): NodeJS.ProcessEnv {
    return this.#environment;
  }
}
