import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followLinks } from './own-folder.js';
import { whenProcessEnds } from './process-end.js';

/** A folder for one run. */
export interface RunFolder {
  path: string;
  remove: () => Promise<void>;
}

/**
 * Makes a folder that goes with this process, unless that is killed with SIGKILL.
 * @param prefix of its name
 */
export function makeRunFolder(prefix: string): RunFolder {
  const path = mkdtempSync(join(followLinks(tmpdir()), prefix));
  // PostgreSQL may run as another user, who has to get through to its data.
  chmodSync(path, 0o711);
  const remove = () => {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  // What is ended at the exit is ended by a listener that is there from now on, hence before the removal.
  const forget = whenProcessEnds(() => undefined);
  process.once('exit', remove);
  return {
    path,
    remove: () => {
      remove();
      process.off('exit', remove);
      forget();
      return Promise.resolve();
    },
  };
}
