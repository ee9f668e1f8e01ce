import { isExactObject, toPointer, writeExact, type ExactValue } from './exact-json.js';

type Path = readonly (string | number)[];

/**
 * The operations that make one value of another (RFC 6902), as the text of a JSON array. Values in
 * it are exact; that members stand in another order it cannot say.
 */
export function diffExact(from: ExactValue, to: ExactValue): string {
  const operations: string[] = [];
  compare(from, to, [], operations);
  return `[${operations.join(',')}]`;
}

function compare(from: ExactValue, to: ExactValue, path: Path, operations: string[]): void {
  if (isExactObject(from) && isExactObject(to)) {
    for (const name of from.keys()) {
      if (!to.has(name)) operations.push(operation('remove', [...path, name]));
    }
    for (const [name, { value }] of to) {
      const standing = from.get(name);
      if (standing) compare(standing.value, value, [...path, name], operations);
      else operations.push(operation('add', [...path, name], value));
    }
  } else if (Array.isArray(from) && Array.isArray(to)) {
    const shared = Math.min(from.length, to.length);
    // From the end, since each removal moves what follows.
    for (let index = from.length - 1; index >= shared; index--) {
      operations.push(operation('remove', [...path, index]));
    }
    to.forEach((value, index) => {
      const standing = from[index];
      if (standing === undefined) operations.push(operation('add', [...path, index], value));
      else compare(standing, value, [...path, index], operations);
    });
  } else if (writeExact(from) !== writeExact(to)) {
    operations.push(operation('replace', path, to));
  }
}

function operation(name: string, path: Path, value?: ExactValue): string {
  const written = value === undefined ? '' : `,"value":${writeExact(value)}`;
  return `{"op":"${name}","path":${JSON.stringify(toPointer(path))}${written}}`;
}
