import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/json/json-schema.js';

const DRAFT_04 = 'http://json-schema.org/draft-04/schema#';
const DRAFT_06 = 'http://json-schema.org/draft-06/schema#';
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const DRAFT_2019_09 = 'https://json-schema.org/draft/2019-09/schema';
const DRAFT_2020_12 = 'https://json-schema.org/draft/2020-12/schema';
const ALL = [DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12];

/** What becomes of a document under a rule, in each dialect in turn. */
function outcomes(rule: object, document: unknown): string[] {
  return ALL.map(($schema) => {
    try {
      return compileSchema({ $schema, ...rule }).validate(document).length > 0
        ? 'refused'
        : 'taken';
    } catch {
      return 'not a schema';
    }
  });
}

const NOT = 'not a schema';
const T = 'taken';
const R = 'refused';

describe('each dialect of JSON Schema has its own rules', () => {
  it.each([
    [
      'exclusiveMinimum beside minimum',
      under({ minimum: 0, exclusiveMinimum: true }),
      0,
      [R, NOT, NOT, NOT, NOT],
    ],
    ['exclusiveMinimum as a number', under({ exclusiveMinimum: 0 }), 0, [NOT, R, R, R, R]],
    ['a schema that is false', under(false), 0, [NOT, R, R, R, R]],
    ['const', under({ const: 1 }), 2, [T, R, R, R, R]],
    ['contains', under({ contains: { type: 'string' } }), [1], [T, R, R, R, R]],
    ['propertyNames', under({ propertyNames: { maxLength: 1 } }), { ab: 1 }, [T, R, R, R, R]],
    ['if and then', under({ if: {}, then: { type: 'string' } }), 1, [T, T, R, R, R]],
    [
      'a rule beside $ref',
      { ...under({ $ref: '#/definitions/any', maximum: 0 }), definitions: { any: {} } },
      1,
      [T, T, T, R, R],
    ],
    ['dependentRequired', under({ dependentRequired: { a: ['b'] } }), { a: 1 }, [T, T, T, R, R]],
    ['unevaluatedProperties', under({ unevaluatedProperties: false }), { a: 1 }, [T, T, T, R, R]],
    [
      'minContains',
      under({ contains: { type: 'string' }, minContains: 2 }),
      ['a'],
      [T, T, T, R, R],
    ],
    ['items as a list', under({ items: [{ type: 'string' }] }), [1], [R, R, R, R, NOT]],
    ['prefixItems', under({ prefixItems: [{ type: 'string' }] }), [1], [T, T, T, T, R]],
    ['dependencies', under({ dependencies: { a: ['b'] } }), { a: 1 }, [R, R, R, R, R]],
  ])('%s', (_, schema, value, expected) => {
    expect(outcomes(schema, { value })).toEqual(expected);
  });

  function under(rule: object | boolean) {
    return { properties: { value: rule } };
  }
});

it('takes a schema without $schema for 2020-12', () => {
  const schema = { properties: { list: { prefixItems: [{ type: 'string' }] } } };
  expect(compileSchema(schema).validate({ list: [1] })).toHaveLength(1);
});

it.each(ALL.flatMap((uri) => [uri, uri.endsWith('#') ? uri.slice(0, -1) : `${uri}#`]))(
  'knows the dialect %s, with and without an empty fragment',
  ($schema) => {
    expect(compileSchema({ $schema, required: ['a'] }).validate({})).toHaveLength(1);
  },
);

it.each(['http://json-schema.org/draft-03/schema#', 'https://example.com/mine', '', 7, null])(
  'refuses a schema of the dialect %j, naming those that it knows',
  ($schema) => {
    expect(() => compileSchema({ $schema })).toThrow(/is not known; use one of .*2020-12/);
  },
);

it.each(ALL)('judges formats in %s', ($schema) => {
  const schema = compileSchema({
    $schema,
    properties: { at: { format: 'date-time' }, mail: { format: 'email' }, odd: { format: 'odd' } },
  });
  const good = { at: '2026-11-22T10:00:00Z', mail: 'a@example.com', odd: 'x' };
  expect(schema.validate(good)).toEqual([]);
  expect(schema.validate({ at: 'noon', mail: 'a', odd: 'x' }).map(({ path }) => path)).toEqual([
    '/at',
    '/mail',
  ]);
});
