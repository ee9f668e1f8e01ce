import { expect, it } from 'vitest';
import { reasonOf } from '../../src/errors/reason.js';

it.each<[unknown, string]>([
  [new Error('no'), 'no'],
  // As Node.js gives it where localhost has two addresses.
  [new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('x')]), 'connect'],
  [new TypeError(''), 'TypeError'],
  ['thrown', 'thrown'],
])('says why: %s', (error, expected) => {
  expect(reasonOf(error)).toContain(expected);
});
