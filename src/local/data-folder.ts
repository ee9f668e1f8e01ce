import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { LocalError } from './local-error.js';
import { followLinks, makeFolder, requireOwnFolder } from './own-folder.js';
import { canEnter, type SystemUser } from './system-user.js';

/** What the choice of the data folder depends on. */
export interface DataFolderOptions {
  /** The folder with Tekton's package.json. */
  projectRoot: string;
  /** Its TEKTON_DATA_DIR, if set, is taken. */
  env: NodeJS.ProcessEnv;
  /** Whom PostgreSQL runs as; undefined: ourselves. */
  databaseUser: SystemUser | undefined;
  /** Where a folder is made if the project's cannot be used; default `/var/tmp`. */
  elsewhere?: string;
}

/**
 * Chooses the folder for the data of the embedded parts, and makes it. In this order: TEKTON_DATA_DIR;
 * `.tekton` in the project; where that cannot be made, or PostgreSQL's user cannot enter it (a clone
 * below a private home, started by root), `/var/tmp/tekton-<hash of the project's path>`, which
 * outlives a reboot as /tmp does not.
 * @returns its absolute path; it is ours, nobody else can write to it, PostgreSQL's user can enter it
 * @throws LocalError if it cannot be had so
 */
export function chooseDataFolder(options: DataFolderOptions): string {
  const { projectRoot, env, databaseUser } = options;
  const enterable = databaseUser !== undefined;
  if (env.TEKTON_DATA_DIR) {
    const folder = followLinks(resolve(env.TEKTON_DATA_DIR));
    requireOwnFolder(folder, enterable);
    if (!canEnter(folder, databaseUser)) throw notEnterable(folder, databaseUser);
    return folder;
  }
  const inProject = followLinks(join(projectRoot, '.tekton'));
  if (canMake(inProject)) {
    requireOwnFolder(inProject, enterable);
    if (canEnter(inProject, databaseUser)) return inProject;
  }
  const hash = createHash('sha256').update(followLinks(projectRoot)).digest('hex').slice(0, 16);
  const folder = join(options.elsewhere ?? '/var/tmp', `tekton-${hash}`);
  // Links are not followed here: in a place for everybody one could be somebody's trap.
  requireOwnFolder(folder, enterable);
  if (!canEnter(folder, databaseUser)) throw notEnterable(folder, databaseUser);
  return folder;
}

function canMake(folder: string): boolean {
  try {
    makeFolder(folder);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false;
    throw error;
  }
}

function notEnterable(folder: string, user: SystemUser | undefined): LocalError {
  const who = user === undefined ? 'we' : `the user "${user.name}", whom PostgreSQL runs as,`;
  return new LocalError(
    `${folder} cannot be used for data: ${who} cannot enter it. Set TEKTON_DATA_DIR to another folder.`,
  );
}
