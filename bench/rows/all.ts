import { WHOLE } from './bulk.js';
import { BURST } from './burst.js';
import { IN_ALL_HANDS, IN_HAND } from './changes-in-hand.js';
import { GROWTH } from './growth.js';
import { LARGE_BULK } from './large-bulk.js';
import { MEMORY } from './memory.js';
import { READ, READ_UNCHANGED } from './reads.js';
import { REPLICAS_AT_ONCE } from './replicas.js';
import type { Row } from './row.js';
import { START } from './start.js';
import { WRITE } from './writes.js';

/** The table's rows, in order. */
export const ROWS: readonly Row[] = [
  READ,
  READ_UNCHANGED,
  WRITE,
  IN_HAND,
  IN_ALL_HANDS,
  WHOLE,
  GROWTH,
  BURST,
  LARGE_BULK,
  MEMORY,
  START,
  REPLICAS_AT_ONCE,
];
