import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isExactObject,
  parseExact,
  unescapeString,
  writeExact,
} from '../../src/json/exact-json.js';
import { LIMITS, spacings, trees, write } from './json-texts.js';

const rewrite = (text: string) => writeExact(parseExact(text, LIMITS));

describe('a JSON text that was read and is written again', () => {
  it.each([
    ['numbers beyond double precision', '[12345678901234567890,0.1234567890123456789,1e400]'],
    ['numbers as they were written', '[1.10,1.0,1e2,1E+2,-0,-0.0]'],
    ['the order of members', '{"z":1,"a":2}'],
    ['the order of members with integer-like names', '{"10":1,"2":2,"a":3,"1":4}'],
    ['members named like properties of objects', '{"__proto__":{"a":1},"constructor":2}'],
    ['escapes as they were written', '["\\u0041\\/\\n","\\u00e9é"]'],
    ['NUL as an escape', '"\\u0000"'],
    ['lone surrogates as escapes', '["\\ud800","\\uDC00x"]'],
    ['characters that need no escape', '["\u007f\u2028\u2029😀/"]'],
    ['names as they were written', '{"\\u0061":1}'],
    ['empty values', '[{},[],"",{"":[]}]'],
    ['a value that is no object', 'null'],
  ])('keeps %s', (_, text) => {
    expect(rewrite(text)).toBe(text);
  });

  it('loses white space between its parts and nothing else', () => {
    expect(rewrite(' \t\r\n{ "a b" :\n[ 1 , "\\t c" ] } ')).toBe('{"a b":[1,"\\t c"]}');
  });

  it('loses nothing, whatever it holds', () => {
    fc.assert(
      fc.property(trees, spacings, (tree, spacing) => {
        expect(rewrite(write(tree, spacing))).toBe(write(tree));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a member of an object', () => {
  it('is found by its name without escapes', () => {
    const value = parseExact('{"\\u0061\\n":1}', LIMITS);
    expect(isExactObject(value) && value.get('a\n')?.value).toBe('1');
  });

  it('is an own member even if it is named __proto__', () => {
    const value = parseExact('{"__proto__":1}', LIMITS);
    expect(isExactObject(value) && [...value.keys()]).toEqual(['__proto__']);
  });
});

it('unescapes a string to what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      fc.pre(typeof tree === 'string' && tree.startsWith('"'));
      expect(unescapeString(tree)).toBe(JSON.parse(tree));
    }),
  );
});
