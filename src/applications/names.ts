import { randomInt } from 'node:crypto';

/** Names of applications are unique in the cluster and stand in NATS subjects and device topics. */
export const APPLICATION_NAME = /^[a-z0-9][a-z0-9_-]{0,99}$/;
/** `<application>-<suffix>`; `_` in place of `-` is the way of older clusters. */
export const APP_VERSION_NAME = /^[a-z0-9][a-z0-9_-]{0,99}[-_][a-z0-9]{1,50}$/;
export const SUFFIX = /^[a-z0-9]{1,50}$/;

/** A digit or lower-case letter each: 20 of them are 103 bits, which nobody guesses. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const GENERATED_LENGTH = 20;

/** What Java services see of a name (relaxed binding): two names must differ in this. */
export function relaxedName(name: string): string {
  return name.replaceAll(/[-_]/g, '');
}

/** A name that is short, safe in URLs, lower case, and cannot be guessed. */
export function generateName(): string {
  return Array.from({ length: GENERATED_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
    '',
  );
}

/** Whether a full appversion name belongs to the application: `<application>-<suffix>`. */
export function isVersionNameOf(versionName: string, appName: string): boolean {
  const joint = versionName[appName.length];
  return (
    versionName.startsWith(appName) &&
    (joint === '-' || joint === '_') &&
    SUFFIX.test(versionName.slice(appName.length + 1))
  );
}
