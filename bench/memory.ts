import { readFileSync } from 'node:fs';

const MEBIBYTE = 1024;

/** Resident memory of a process in MiB; NaN where the system does not tell it as Linux does. */
export function residentMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / MEBIBYTE;
  } catch {
    return Number.NaN;
  }
}

/** The most that a process has had while work was done, in MiB, sampled. */
export async function peakMemoryWhile(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = residentMemory(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMemory(pid));
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, residentMemory(pid));
}
