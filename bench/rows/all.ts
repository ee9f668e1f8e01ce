import { WHOLE } from './bulk.js';
import { IN_ALL_HANDS, IN_HAND } from './changes-in-hand.js';
import { READ, READ_UNCHANGED } from './reads.js';
import type { Row } from './row.js';
import { WRITE } from './writes.js';

/** The table's rows, in order. */
export const ROWS: readonly Row[] = [READ, READ_UNCHANGED, WRITE, IN_HAND, IN_ALL_HANDS, WHOLE];
