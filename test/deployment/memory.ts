import { bearableBodyBytes } from '../../src/rest/heap-share.js';
import type { Settings } from '../../src/settings/settings.js';

const MEBIBYTE = 1024 * 1024;

/** Node.js itself, its code and the packages: measured when idle, about 160 MiB, much of it heap. */
const PROCESS_MEBIBYTES = 100;

/** What is wrong with the memory that a container has, by the limits that Tekton is given in it. */
export function memoryFaults(
  settings: Settings,
  { NODE_OPTIONS = '' }: Record<string, string>,
  containerMebibytes: number,
): string[] {
  const [heap] = /(?<=--max-old-space-size=)\d+/.exec(NODE_OPTIONS) ?? [];
  if (heap === undefined) return ['NODE_OPTIONS: sets no --max-old-space-size'];
  const faults: string[] = [];
  if (bearableBodyBytes(Number(heap) * MEBIBYTE) < settings['http.bulk-body-limit']) {
    faults.push(`The heap of ${heap} MiB is too small for http.bulk-body-limit`);
  }
  // Small bodies get an eighth on top.
  const bodies = settings['http.bodies-limit'] * (1 + 1 / 8);
  const outside = (bodies + settings['http.answers-limit']) / MEBIBYTE;
  const needed = Number(heap) + outside + PROCESS_MEBIBYTES;
  // So written that a limit that is no number is a fault too.
  if (!(containerMebibytes >= needed)) faults.push(`The container needs ${needed} MiB`);
  return faults;
}
