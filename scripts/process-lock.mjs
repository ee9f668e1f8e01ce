// A lock file that names the processes holding it. It needs no cleaning up after a `kill -9`: a lock
// whose processes are gone, or whose numbers belong to other processes by now, counts as free.
// Plain JavaScript, because it is used before anything is installed or built.
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * When a process began, as an opaque text; undefined if there is no such process (any more).
 * A number is given to another process sooner or later, a number with its start time is not.
 */
export function processStart(pid) {
  if (process.platform !== 'linux') return startFromPs(pid);
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in brackets, which may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  // A zombie has ended; only its parent has not asked yet how.
  if (state === 'Z' || state === 'X') return undefined;
  // Ticks are counted from boot, so without the boot they could mean another day.
  const boot = readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return `${boot}/${fields[19]}`;
}

/**
 * Takes the lock, or says who has it.
 * @param {string} file its folder must exist
 * @returns {{ lock: { include(pid: number): void, release(): void } } | { heldBy: number }}
 */
export function takeLock(file) {
  const lock = new ProcessLock(file);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, lock.content, { mode: 0o600 });
  try {
    for (;;) {
      // A link comes into being with its content, and only if there is none of that name.
      if (linked(draft, file)) return { lock };
      const found = readIfThere(file);
      if (found === undefined) continue;
      const heldBy = livingHolder(found);
      if (heldBy !== undefined) return { heldBy };
      setAside(file, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

class ProcessLock {
  #holders = [holder(process.pid)];

  constructor(file) {
    this.file = file;
  }

  get content() {
    return JSON.stringify(this.#holders);
  }

  /** From now on the lock is held as long as that process lives too, even if this one is killed. */
  include(pid) {
    this.#holders.push(holder(pid));
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, this.content, { mode: 0o600 });
    renameSync(draft, this.file);
  }

  release() {
    if (readIfThere(this.file) === this.content) rmSync(this.file, { force: true });
  }
}

function holder(pid) {
  return { pid, start: processStart(pid) ?? 'gone' };
}

function livingHolder(content) {
  let holders;
  try {
    holders = JSON.parse(content);
  } catch {
    // Cut short by a power failure: whoever wrote it is gone as well.
    return undefined;
  }
  return holders.find(({ pid, start }) => processStart(pid) === start)?.pid;
}

function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock; if somebody else was quicker and it is theirs by now, gives it back. */
function setAside(file, stale) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== stale) linked(aside, file);
  rmSync(aside, { force: true });
}

function startFromPs(pid) {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    // `ps` ends with 1 when there is no such process.
    return undefined;
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its /proc entry was being read.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}
