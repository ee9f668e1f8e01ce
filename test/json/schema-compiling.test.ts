import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/json/json-schema.js';

describe('a schema that is not valid', () => {
  it.each([
    [
      'is told with the place of its fault',
      { properties: { a: { type: 'text' } } },
      'schema/properties/a/type must be equal to one of the allowed values',
    ],
    [
      'is told with all its faults',
      { minimum: 'a', maxLength: -1 },
      /schema\/minimum must be number.*schema\/maxLength must be >= 0|schema\/maxLength must be >= 0.*schema\/minimum must be number/,
    ],
    [
      'is told if a pattern is not one',
      { pattern: '(' },
      'Invalid regular expression: /(/u: Unterminated group',
    ],
    [
      'is told if it refers to what is not there',
      { $ref: '#/$defs/none' },
      "can't resolve reference #/$defs/none",
    ],
    [
      'is told if it refers to another place',
      { $ref: 'https://example.com/x.json' },
      "can't resolve reference https://example.com/x.json",
    ],
  ])('%s', (_, schema, message) => {
    expect(() => compileSchema(schema)).toThrow(message);
  });

  it('is told with each fault once', () => {
    const compile = () => compileSchema({ properties: { a: 1 } });
    expect(compile).toThrow(/^schema\/properties\/a must be object,boolean$/);
  });
});

describe('a reference within a schema', () => {
  it('is followed, also in a circle', () => {
    const { validate } = compileSchema({
      $ref: '#/$defs/node',
      $defs: { node: { properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } } } },
    });
    expect(validate({ next: { next: { n: 1 } } })).toEqual([]);
    expect(validate({ next: { next: { n: 'a' } } })).toHaveLength(1);
  });

  it('is followed by $id and by $anchor', () => {
    const { validate } = compileSchema({
      $id: 'https://example.com/root',
      properties: { a: { $ref: 'name' }, b: { $ref: '#count' } },
      $defs: {
        name: { $id: 'name', type: 'string' },
        count: { $anchor: 'count', type: 'integer' },
      },
    });
    expect(validate({ a: 1, b: 'a' }).map(({ path }) => path)).toEqual(['/a', '/b']);
  });
});

it('keeps two schemas of the same $id apart', () => {
  const $id = 'https://example.com/schema';
  const strings = compileSchema({ $id, additionalProperties: { type: 'string' } });
  const numbers = compileSchema({ $id, additionalProperties: { type: 'number' } });
  expect([strings.validate({ a: 1 }).length, numbers.validate({ a: 1 }).length]).toEqual([1, 0]);
});

it('compiles the same schema twice', () => {
  const schema = { $id: 'https://example.com/schema', required: ['a'] };
  expect(
    [compileSchema(schema), compileSchema(schema)].map((it) => it.validate({}).length),
  ).toEqual([1, 1]);
});

it('gives the schema back as it was given', () => {
  const source = { $comment: 'mine', 'x-form': { order: [2, 1] }, type: 'object' };
  expect(compileSchema(source).source).toEqual({ ...source });
});

it('passes over what is no rule of JSON Schema', () => {
  const foreign = { id: 'old', 'x-form': 1, $async: true };
  const { validate } = compileSchema({ ...foreign, title: 'T', required: ['a'] });
  expect([validate({ a: 1 }).length, validate({}).length]).toEqual([0, 1]);
});
