import type { Operation } from '../openapi/api-document.js';
import { BODY_FAULTS } from './body-faults.js';
import type { Fault } from './fault.js';
import { HEAD_FAULTS } from './head-faults.js';
import { MEANING_FAULTS } from './meaning-faults.js';
import { PATH_FAULTS } from './path-faults.js';
import { QUERY_FAULTS } from './query-faults.js';
import { Random } from './random.js';
import type { RawRequest } from './raw-request.js';
import { soundRequest } from './sound-requests.js';

export const FAULTS: readonly Fault[] = [
  ...PATH_FAULTS,
  ...QUERY_FAULTS,
  ...HEAD_FAULTS,
  ...BODY_FAULTS,
  ...MEANING_FAULTS,
];

/** What callers may give as their ID; only the first two are taken over. */
const CORRELATION_IDS = [
  'x',
  `~!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}${'x'.repeat(90)}`,
  '',
  'two words',
  'x'.repeat(129),
  'x'.repeat(5_000),
  '\xe4\xff',
  'tab\there',
];

/** A request that must be refused, and why. */
export interface HostileRequest {
  request: RawRequest;
  operation: Operation;
  faults: readonly Fault[];
}

/**
 * The hostile request of a number: a sound one, with one to three faults in different parts. It
 * depends on nothing but the seed, the number and the document, so that it can be sent again alone.
 */
export function hostileRequest(
  seed: number,
  index: number,
  operations: readonly Operation[],
  schemas: Readonly<Record<string, unknown>>,
): HostileRequest {
  const random = Random.of(seed, index);
  const operation = operations[index % operations.length];
  if (!operation) throw new Error('The document has no operations');
  const request = soundRequest(operation, schemas, random);
  const faults: Fault[] = [];
  const wanted = random.pick([1, 1, 1, 2, 3]);
  for (let tries = 0; faults.length < wanted && (tries < 10 || faults.length === 0); tries++) {
    const fault = random.pick(FAULTS);
    if (faults.some(({ part }) => part === fault.part)) continue;
    if (fault.spoil({ request, operation, operations, schemas, random })) faults.push(fault);
  }
  if (random.onceIn(3)) request.headers.push(`x-correlation-id: ${random.pick(CORRELATION_IDS)}`);
  return { request, operation, faults };
}
