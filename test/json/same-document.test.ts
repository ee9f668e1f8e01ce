import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, writeCanonical } from '../../src/json/exact-json.js';
import { escapeAll, LIMITS, spacings, trees, write, type Tree } from './json-texts.js';

const canonical = (text: string) => writeCanonical(parseExact(text, LIMITS));

describe('the canonical text', () => {
  it.each([
    ['white space', '{ "a" : [ 1 ] }', '{"a":[1]}'],
    ['an escape that need not be', '["\\u0041\\/"]', '["A/"]'],
    ['the case of an escape', '"\\u00E9"', '"\\u00e9"'],
    ['a pair of surrogates as escapes', '"\\ud83d\\ude00"', '"😀"'],
    ['an escape in a name', '{"\\u0061":1}', '{"a":1}'],
  ])('does not tell %s', (_, one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it.each([
    ['how a number is written', '1.0', '1'],
    ['numbers that are equal as doubles', '12345678901234567890', '12345678901234567891'],
    ['the order of members', '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['a string from what it looks like', '"null"', 'null'],
    ['lone surrogates', '"\\ud800"', '"\\ud801"'],
    ['NUL from its escape in letters', '"\\u0000"', '"\\\\u0000"'],
    ['where an array ends', '[[1],2]', '[[1,2]]'],
  ])('tells %s', (_, one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  it('is the same however strings are escaped and spaced', () => {
    fc.assert(
      fc.property(trees, spacings, (tree, spacing) => {
        expect(canonical(write(escapeAll(tree), spacing))).toBe(canonical(write(tree)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is equal if and only if the documents are the same', () => {
    fc.assert(
      fc.property(trees, trees, (one, other) => {
        expect(canonical(write(one)) === canonical(write(other))).toBe(isSame(one, other));
      }),
      { numRuns: 2000 },
    );
  });

  it('is JSON that means what the text means', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(JSON.parse(canonical(write(tree)))).toEqual(JSON.parse(write(tree)));
      }),
    );
  });
});

/** The same members in the same order, strings equal after unescaping, numbers as written. */
function isSame(one: Tree, other: Tree): boolean {
  if (typeof one === 'string' || typeof other === 'string') {
    if (typeof one !== 'string' || typeof other !== 'string') return false;
    const isString = one.startsWith('"') && other.startsWith('"');
    return isString ? JSON.parse(one) === JSON.parse(other) : one === other;
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other)) return false;
    return one.length === other.length && one.every((item, i) => isSame(item, other[i] ?? ''));
  }
  return isSame(one.members.flat(), other.members.flat());
}
