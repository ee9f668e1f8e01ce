import { getHeapStatistics } from 'node:v8';

/**
 * Bytes of heap that a byte of a bulk body may need at most while it is loaded: measured, 14 to 20. The
 * rest bears the share of small bodies.
 */
const HEAP_PER_BODY_BYTE = 24;

/**
 * Bytes of request bodies that the heap of this process bears at a time. With more Node.js would end
 * it, and with it all other requests.
 *
 * @param heapBytes what `--max-old-space-size` says, or what Node.js makes of the machine's memory
 */
export function bearableBodyBytes(heapBytes = getHeapStatistics().heap_size_limit): number {
  return Math.floor(heapBytes / HEAP_PER_BODY_BYTE);
}
