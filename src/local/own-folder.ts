import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalError } from './local-error.js';

/**
 * Makes sure that a folder exists and that nobody but us can put anything into it. Where others may
 * create names too (/var/tmp), one of them could have made it first, to read our data or to have us
 * write where they point.
 * @param enterable others may enter it (not list it), for the sake of one folder in it that is theirs
 * @throws LocalError if it is somebody else's, or others may write to it
 */
export function requireOwnFolder(folder: string, enterable: boolean): void {
  const created = makeFolder(folder);
  const state = lstatSync(folder);
  if (!state.isDirectory()) {
    throw new LocalError(
      `${folder} is not a folder. Remove it, or set TEKTON_DATA_DIR to another.`,
    );
  }
  if (process.getuid !== undefined && state.uid !== process.getuid()) {
    throw new LocalError(
      `${folder} belongs to another user (number ${state.uid}). Start as that user, or set TEKTON_DATA_DIR ` +
        'to a folder of your own.',
    );
  }
  if ((state.mode & 0o022) !== 0) {
    throw new LocalError(
      `Others may write to ${folder}. Run \`chmod go-w ${folder}\`, or set TEKTON_DATA_DIR to another folder.`,
    );
  }
  if (enterable) chmodSync(folder, (state.mode & 0o777) | 0o011);
  // The mode of a new folder depends on the umask, which may be stricter than we need.
  else if (created) chmodSync(folder, 0o700);
}

/**
 * Makes a folder for us alone. Those on the way to it get the usual mode, so that PostgreSQL's user can
 * pass.
 * @returns false if it was there already
 */
export function makeFolder(folder: string): boolean {
  if (existsSync(folder)) return false;
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  return mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
}

/** The folder a path leads to if it exists, symbolic links followed; else the path itself. */
export function followLinks(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
