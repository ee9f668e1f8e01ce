import fc from 'fast-check';
import { nameOf, type ObjectTree, type Tree } from './tree.js';

/** The limit of nesting that the server has unless it is set (the option http.json-depth-limit). */
const DEPTH_LIMIT = 100;

/** What `JSON.parse` would round, or write in another way. */
const notableNumbers = [
  ...['12345678901234567890', '1.10', '1e400', '-0', '1E+5', '-0.0', '0e0', '1.0', '10e-1'],
  ...['0.1234567890123456789', '9007199254740993', '-1e-400', '5e-324', '1.7976931348623157e309'],
  '9'.repeat(400),
];
const numbers = fc.oneof(
  fc.constantFrom(...notableNumbers),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/),
);

/** Escapes that must stay escapes, and characters that need none. */
const pieces = fc.oneof(
  fc.constantFrom('\\u0000', '\\ud800', '\\uDC00', '\\uDBFF', '\\ud83d\\uDE00', '\\/', '\\u0041'),
  fc.constantFrom('\\b\\f\\n\\r\\t', '\\"', '\\\\', '\\u2028', '\\u00E9', '\\u007f', '\\uFFFF'),
  fc.constantFrom('A', ' ', 'é', 'e\u0301', '😀', '\u2028', '\u007f', '\ufeff', '\u202e', '\uffff'),
  fc.string({ unit: 'binary', maxLength: 5 }).map((text) => JSON.stringify(text).slice(1, -1)),
);
const strings = fc.array(pieces, { maxLength: 4 }).map((parts) => `"${parts.join('')}"`);

/** Among them those that JavaScript moves to the front, or takes for something else. */
const notableNames = [
  ...[
    '""',
    '"a"',
    '"\\u0061"',
    '"b"',
    '"2"',
    '"10"',
    '"-1"',
    '"01"',
    '"4294967295"',
    '"__proto__"',
  ],
  ...[
    '"constructor"',
    '"toString"',
    '"hasOwnProperty"',
    '"then"',
    '"toJSON"',
    '"length"',
    '"~1/~0"',
  ],
];
const names = fc.oneof({ arbitrary: fc.constantFrom(...notableNames), weight: 3 }, strings);

/** An object's members, no two of one name. */
function members(values: fc.Arbitrary<Tree>, maxLength: number): fc.Arbitrary<ObjectTree> {
  return fc
    .uniqueArray(fc.tuple(names, values), { maxLength, selector: (member) => nameOf(member) })
    .map((unique) => ({ members: unique }));
}

const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(numbers, strings, fc.constantFrom('true', 'false', 'null')),
    fc.array(tie('tree'), { maxLength: 4 }),
    members(tie('tree'), 5),
  ),
}));

/** Objects and arrays in each other, up to a depth that the limit allows below an object. */
const deep = fc
  .tuple(names, fc.array(fc.boolean(), { minLength: 50, maxLength: DEPTH_LIMIT - 2 }), numbers)
  .map(([name, levels, scalar]) =>
    levels.reduce<Tree>(
      (inner, isArray) => (isArray ? [inner] : { members: [[name, inner]] }),
      scalar,
    ),
  );

const wide = fc
  .tuple(fc.integer({ min: 100, max: 2_000 }), strings)
  .map(([count, value]): Tree => ({
    // From the end, so that integer-like names do not stand in their order.
    members: Array.from({ length: count }, (_, index) => [`"${count - index}"`, value]),
  }));

/** Documents as a configuration may be: objects, without the key that bulk loads reserve. */
export const documents: fc.Arbitrary<ObjectTree> = members(
  fc.oneof(
    { arbitrary: trees, weight: 20 },
    { arbitrary: deep, weight: 1 },
    { arbitrary: wide, weight: 1 },
  ),
  6,
).filter((document) => document.members.every((member) => nameOf(member) !== 'versions'));

/** Documents that a bulk load does not take for an application of which only the name is given. */
export const filledDocuments = documents.filter((document) => document.members.length > 0);

/** White space to put between the parts of a text, in turn. */
export const spacings = fc.array(fc.constantFrom('', ' ', '\n', '\t', '\r\n  ', '\t \n'), {
  minLength: 1,
  maxLength: 7,
});
