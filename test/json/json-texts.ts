import fc from 'fast-check';

/** A JSON text in its parts; scalars and names as they are written. */
export type Tree = string | Tree[] | { members: [name: string, value: Tree][] };

export const LIMITS = { depth: 1000, keys: 100_000 };

const numbers = fc.stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/);

const escapes = ['\\u0000', '\\ud800', '\\uDC00', '\\ud83d\\uDE00', '\\/', '\\u0041', '\\t', '\\"'];
const stringParts = fc.oneof(
  fc.constantFrom(...escapes, '', 'A', 'é', '😀', '/', '\u2028'),
  fc.string({ unit: 'binary', maxLength: 5 }).map((text) => JSON.stringify(text).slice(1, -1)),
);
const strings = fc.array(stringParts, { maxLength: 4 }).map((parts) => `"${parts.join('')}"`);
const scalars = fc.oneof(numbers, strings, fc.constantFrom('true', 'false', 'null', '1', '1.0'));

/** Among them those that JavaScript's objects move to the front, or take for something else. */
const names = fc.oneof(
  fc.constantFrom('"a"', '"b"', '"2"', '"10"', '"\\u0061b"', '""', '"__proto__"', '"toString"'),
  strings,
);

export const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(names, tie('tree')), {
        maxLength: 4,
        selector: ([name]) => JSON.parse(name) as string,
      })
      .map((members) => ({ members })),
  ),
}));

/** White space to put between the parts of a text, in turn. */
export const spacings = fc.array(fc.constantFrom('', ' ', '\n', '\t', '\r\n  '), {
  minLength: 1,
  maxLength: 7,
});

/** The text of a tree, with nothing between its parts or with white space. */
export function write(tree: Tree, spacing: readonly string[] = ['']): string {
  let turn = 0;
  const space = () => spacing[turn++ % spacing.length] ?? '';
  const part = (node: Tree): string => {
    if (typeof node === 'string') return space() + node + space();
    if (Array.isArray(node)) return `${space()}[${node.map(part).join(',') || space()}]${space()}`;
    const members = node.members.map(([name, value]) => `${part(name)}:${part(value)}`);
    return `${space()}{${members.join(',') || space()}}${space()}`;
  };
  return part(tree);
}

/** Writes every string of a tree in another way: each of its characters as an escape. */
export function escapeAll(tree: Tree): Tree {
  if (typeof tree === 'string') {
    if (!tree.startsWith('"')) return tree;
    const units = [...Array.from((JSON.parse(tree) as string).matchAll(/[^]/g), ([unit]) => unit)];
    return `"${units.map((unit) => `\\u${hexadecimal(unit)}`).join('')}"`;
  }
  if (Array.isArray(tree)) return tree.map(escapeAll);
  return {
    members: tree.members.map(([name, value]) => [escapeAll(name) as string, escapeAll(value)]),
  };
}

function hexadecimal(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}
