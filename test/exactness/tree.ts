/**
 * JSON texts read and written without loss, by a way of its own: what the product does is held to
 * it. A scalar is its text, a name too.
 */
export type Tree = string | Tree[] | ObjectTree;
export interface ObjectTree {
  members: Member[];
}
type Member = [name: string, value: Tree];

const TOKEN = /[\s]*("(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+)/y;

export function readTree(text: string): Tree {
  TOKEN.lastIndex = 0;
  const tokens: string[] = [];
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[1] ?? '');
  let at = 0;
  const read = (): Tree => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`The text ends too early: ${text}`);
    if (token === '[') return list(']', read);
    if (token !== '{') return token;
    return { members: list('}', (): Member => [readName(), read()]) };
  };
  const readName = (): string => {
    const name = tokens[at] ?? '';
    // Over the name and its colon.
    at += 2;
    return name;
  };
  const list = <Item>(end: string, readItem: () => Item): Item[] => {
    const items: Item[] = [];
    while (tokens[at] !== end) {
      items.push(readItem());
      if (tokens[at] === ',') at++;
    }
    at++;
    return items;
  };
  return read();
}

export function readObject(text: string): ObjectTree {
  const tree = readTree(text);
  if (!isObject(tree)) throw new Error(`Not an object: ${text}`);
  return tree;
}

export function isObject(tree: Tree | undefined): tree is ObjectTree {
  return typeof tree === 'object' && !Array.isArray(tree);
}

/** The name that a member has, however it is written. */
export function nameOf([written]: Member): string {
  return JSON.parse(written) as string;
}

/** The text of a tree, with white space between its parts, taken in turn. */
export function writeTree(tree: Tree, spacing: readonly string[] = ['']): string {
  let turn = 0;
  const space = () => spacing[turn++ % spacing.length] ?? '';
  const write = (node: Tree): string => {
    if (typeof node === 'string') return space() + node + space();
    if (Array.isArray(node)) return `${space()}[${node.map(write).join(',') || space()}]${space()}`;
    const members = node.members.map(([name, value]) => `${write(name)}:${write(value)}`);
    return `${space()}{${members.join(',') || space()}}${space()}`;
  };
  return write(tree);
}

/** The tree with its strings, or only names, written anew; what they stand for stays. */
export function rewrite(tree: Tree, string: (written: string) => string, names = string): Tree {
  if (typeof tree === 'string') return tree.startsWith('"') ? string(tree) : tree;
  if (Array.isArray(tree)) return tree.map((element) => rewrite(element, string, names));
  return {
    members: tree.members.map(([name, value]) => [names(name), rewrite(value, string, names)]),
  };
}

/** Every character of a string as an escape. */
export function escapeAll(written: string): string {
  const text = JSON.parse(written) as string;
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

const written = (string: string) => string;
const respelled = (string: string) => JSON.stringify(JSON.parse(string));

/** Equal for trees that differ in nothing but the way in which names are written. */
export function withNamesAlike(tree: Tree): string {
  return writeTree(rewrite(tree, written, respelled));
}

/** Equal for trees that differ in nothing but that and the order of members. */
export function withMembersSorted(tree: Tree): string {
  const sort = (node: Tree): Tree => {
    if (Array.isArray(node)) return node.map(sort);
    if (!isObject(node)) return node;
    const members = node.members.map(([name, value]): Member => [name, sort(value)]);
    return { members: members.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) };
  };
  return withNamesAlike(sort(tree));
}
