import { spawnSync } from 'node:child_process';
import { LocalError } from './local-error.js';

/** A user of the operating system. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL must run as, since it refuses to run as root: `postgres` where that user exists,
 * else `nobody`.
 * @returns undefined when we are not root: PostgreSQL then runs as ourselves
 * @throws LocalError if we are root and there is no such user
 */
export function findDatabaseUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = numberOf('-u', name);
    const gid = numberOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { name, uid, gid };
  }
  throw new LocalError(
    'PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody" to run it as. ' +
      'Start as another user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

/** Whether that user (undefined: ourselves) can enter the folder. */
export function canEnter(folder: string, user: SystemUser | undefined): boolean {
  // Tried rather than worked out, so that all kinds of access lists count.
  const tried = spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], {
    cwd: '/',
    stdio: 'ignore',
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  return tried.status === 0;
}

function numberOf(option: string, name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout.trim()) : undefined;
}
