import { expect, it } from 'vitest';
import { compileSchema } from '../../src/json/json-schema.js';

it.each([
  [{ type: 'string' }, 1, 'must be a string (rule: type)'],
  [{ type: 'integer' }, 'a', 'must be an integer (rule: type)'],
  [{ type: ['object', 'null'] }, 1, 'must be an object or null (rule: type)'],
  [{ required: ['a'] }, {}, 'the property "a" is missing (rule: required)'],
  [
    { additionalProperties: false },
    { b: 1 },
    'the property "b" is not known here; remove or rename it (rule: additionalProperties)',
  ],
  [
    { unevaluatedProperties: false },
    { b: 1 },
    'the property "b" is not known here; remove or rename it (rule: unevaluatedProperties)',
  ],
  [
    { propertyNames: { enum: ['a'] } },
    { b: 1 },
    'the property name "b" is not allowed (rule: propertyNames)',
  ],
  [{ enum: ['a', 1, null] }, 'b', 'must be one of "a", 1, null (rule: enum)'],
  [{ const: { a: 1 } }, 'b', 'must be {"a":1} (rule: const)'],
  [{ pattern: '^[a-z]$' }, 'A', 'must match the pattern ^[a-z]$ (rule: pattern)'],
  [{ format: 'uuid' }, 'A', 'must be in the format "uuid" (rule: format)'],
  [{ minLength: 1 }, '', 'must be at least 1 character long (rule: minLength)'],
  [{ maxLength: 2 }, 'abc', 'must be at most 2 characters long (rule: maxLength)'],
  [{ minimum: 3 }, 2, 'must be >= 3 (rule: minimum)'],
  [{ maximum: 3 }, 4, 'must be <= 3 (rule: maximum)'],
  [{ exclusiveMinimum: 3 }, 3, 'must be greater than 3 (rule: exclusiveMinimum)'],
  [{ exclusiveMaximum: 3 }, 3, 'must be less than 3 (rule: exclusiveMaximum)'],
  [{ multipleOf: 512 }, 3, 'must be a multiple of 512 (rule: multipleOf)'],
  [{ minItems: 2 }, [], 'must have at least 2 elements (rule: minItems)'],
  [{ maxItems: 1 }, [1, 2], 'must have at most 1 element (rule: maxItems)'],
  [{ uniqueItems: true }, ['a', 'b', 'a'], 'the elements 0 and 2 are the same (rule: uniqueItems)'],
  [{ minProperties: 1 }, {}, 'must have at least 1 property (rule: minProperties)'],
  [{ maxProperties: 0 }, { a: 1 }, 'must have at most 0 properties (rule: maxProperties)'],
  [{ not: {} }, 1, 'must NOT be valid (rule: not)'],
])('a document that breaks %j is told so in words', (rule, value, words) => {
  const { validate } = compileSchema({ properties: { value: rule } });
  expect(validate({ value })).toContainEqual({ path: '/value', message: words });
});
