import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDatabaseUser } from '../../src/local/system-user.js';

const MEBIBYTES = 96;
const CHUNK = Buffer.alloc(64 * 1024);

/** A file system of its own for PostgreSQL, in memory, that can be filled. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @returns undefined where we may not mount anything: only root may */
  static mount(): SmallDisk | undefined {
    const user = findDatabaseUser();
    if (user === undefined || process.platform !== 'linux') return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'tekton-small-disk-'));
    const options = `size=${MEBIBYTES}m,mode=0700,uid=${user.uid},gid=${user.gid}`;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    return new SmallDisk(folder);
  }

  /** Takes all that is free. */
  fill(): void {
    try {
      for (;;) appendFileSync(this.ballast, CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  free(): void {
    rmSync(this.ballast);
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true });
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}
