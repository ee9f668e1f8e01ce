import { describe, expect, it } from 'vitest';
import { JsonFault, parseExact, toPointer, type JsonLimits } from '../../src/json/exact-json.js';
import { LIMITS } from './json-texts.js';

describe('a fault in a JSON text', () => {
  it.each([
    ['', 'There is no JSON value: the text is empty (line 1, column 1)', ''],
    ['{"a":1}}', 'Expected the end of the text, found "}" (line 1, column 8)', ''],
    ['{"a": tru}', 'Expected a JSON value, found "t" (line 1, column 7)', '/a'],
    ['{\n  "a": [1,\n    ?]\n}', 'Expected a JSON value, found "?" (line 3, column 5)', '/a/1'],
    [
      '[1',
      'Expected "," or "]" after an element, found the end of the text (line 1, column 3)',
      '',
    ],
    ['{"a":{"b":1', 'Expected "," or "}" after a member, found the end of the text', '/a'],
    ['{"a":1,}', `Expected a member's name in double quotes, found "}" (line 1, column 8)`, ''],
    ['{"a"}', `Expected ":" after a member's name, found "}" (line 1, column 5)`, '/a'],
    ['["a', 'A string is not closed (line 1, column 4)', '/0'],
    ['["\\x"]', 'This escape is not one of JSON (line 1, column 3)', '/0'],
    ['["\u0001"]', 'A control character in a string must be escaped, found U+0001', '/0'],
    ['{"a":{"b":1,"b":2}}', 'This name stands twice in one object; keep one of the two', '/a/b'],
    ['{"a/b":{"~":?}}', 'Expected a JSON value', '/a~1b/~0'],
    ['{"\\u0061":?}', 'Expected a JSON value', '/a'],
    ['[😀]', 'Expected a JSON value, found "😀" (line 1, column 2)', '/0'],
  ])('of %j is told with its place', (text, message, pointer) => {
    const fault = faultOf(text, LIMITS);
    expect(fault.message).toContain(message);
    expect(fault.message).toMatch(/\(line \d+, column \d+\)$/);
    expect(fault.pointer).toBe(pointer);
  });
});

describe('the depth of a JSON text', () => {
  const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);

  it('may reach the limit', () => {
    expect(parseExact(nested(1000), { depth: 1000, keys: 1000 })).toHaveLength(1);
  });

  it('may not be beyond it, and the fault says where that is', () => {
    const fault = faultOf(nested(6), { depth: 5, keys: 1000 });
    expect(fault.message).toMatch(/^Nested deeper than 5 levels/);
    expect(fault.pointer).toBe('/0/a/0/a/0');
  });

  it('is no matter of how many values lie beside each other', () => {
    expect(parseExact('[[],[],[],{},{}]', { depth: 2, keys: 0 })).toHaveLength(5);
  });
});

describe('the number of keys of a JSON text', () => {
  it('may reach the limit, all objects together', () => {
    expect(parseExact('[{"a":{"b":1}},{"a":1}]', { depth: 9, keys: 3 })).toHaveLength(2);
  });

  it('may not be beyond it, and the fault says where that is', () => {
    const fault = faultOf('[{"a":{"b":1}},{"a":1}]', { depth: 9, keys: 2 });
    expect(fault.message).toMatch(/^There are more than 2 keys/);
    expect(fault.pointer).toBe('/1/a');
  });
});

it('writes JSON Pointers as RFC 6901 section 5 has them', () => {
  const names = ['', 'a/b', 'c%d', 'e^f', 'g|h', 'i\\j', 'k"l', ' ', 'm~n'];
  const pointers = ['/', '/a~1b', '/c%d', '/e^f', '/g|h', '/i\\j', '/k"l', '/ ', '/m~0n'];
  expect(names.map((name) => toPointer([name]))).toEqual(pointers);
  expect([toPointer([]), toPointer(['foo', 0])]).toEqual(['', '/foo/0']);
});

function faultOf(text: string, limits: JsonLimits): JsonFault {
  try {
    parseExact(text, limits);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}
