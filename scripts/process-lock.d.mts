/** When a process began, as an opaque text; undefined if there is no such process (any more). */
export function processStart(pid: number): string | undefined;

/** A lock that this process holds. */
export interface ProcessLock {
  /** From now on the lock is held as long as that process lives too. */
  include(pid: number): void;
  release(): void;
}

/** Takes the lock, or says which living process has it. The file's folder must exist. */
export function takeLock(
  file: string,
): { lock: ProcessLock; heldBy?: never } | { lock?: never; heldBy: number };
