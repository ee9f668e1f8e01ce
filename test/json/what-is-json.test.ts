import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonFault, parseExact } from '../../src/json/exact-json.js';
import { LIMITS, spacings, trees, write } from './json-texts.js';

const PIECES = ['{', '}', '[', ']', ',', ':', '"', '\\', 'u', '0', '1', '-', '.', 'e', '+', ' '];
const ODD_PIECES = [
  '\n',
  '\u0000',
  '\u001f',
  '\u00a0',
  '\ufeff',
  'true',
  'null',
  '01',
  '"a"',
  '/*',
];
const pieces = fc.constantFrom(...PIECES, ...ODD_PIECES);

const nearlyJson = fc
  .tuple(trees, spacings, fc.nat(), fc.nat(2), pieces)
  .map(([tree, spacing, place, removed, inserted]) => {
    const text = write(tree, spacing);
    const at = place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + removed);
  });
const anything = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));

it('takes exactly the texts that JSON.parse takes, but for names that stand twice', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyJson, anything), (text) => {
      expect(isTaken(text)).toBe(isJson(text) && namesNothingTwice(text));
    }),
    { numRuns: 4000 },
  );
});

it.each([
  '',
  ' ',
  '01',
  '+1',
  '1.',
  '.5',
  '1e',
  '0x10',
  '-',
  'NaN',
  'Infinity',
  'True',
  'nul',
  'truefalse',
  "'a'",
  '"\t"',
  '"\\x41"',
  '"\\u12g4"',
  '"a',
  '"\\"',
  '[1,]',
  '[,1]',
  '[1 2]',
  '[1',
  '{"a":1,}',
  '{a:1}',
  '{"a"}',
  '{"a":}',
  '{"a":1 "b":2}',
  '{"a":1',
  '{} {}',
  '{}x',
  '/* c */{}',
  '\u00a0{}',
])('refuses %j as JSON.parse does', (text) => {
  expect([isJson(text), isTaken(text)]).toEqual([false, false]);
});

it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":1}', '[{"":0,"":0}]'])(
  'refuses %s, which names a member twice',
  (text) => {
    expect(() => parseExact(text, LIMITS)).toThrow(/^This name stands twice in one object/);
  },
);

function isTaken(text: string): boolean {
  try {
    parseExact(text, LIMITS);
    return true;
  } catch (error) {
    if (error instanceof JsonFault) return false;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a JSON text has as many members as colons outside of strings. */
function namesNothingTwice(text: string): boolean {
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  return countMembers(JSON.parse(text)) === colons;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const below = Object.values(value).reduce((sum: number, one) => sum + countMembers(one), 0);
  return Array.isArray(value) ? below : below + Object.keys(value).length;
}
