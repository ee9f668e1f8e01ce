import { isObject, nameOf, readTree, type Tree } from './tree.js';

interface Operation {
  op: string;
  path: string;
  /** Undefined if the operation has none. */
  value: Tree | undefined;
}

/** Applies a JSON Patch (RFC 6902) with the operations add, remove and replace. */
export function applyPatch(target: Tree, patchText: string): Tree {
  const patch = readTree(patchText);
  if (!Array.isArray(patch)) throw new Error(`Not a JSON Patch: ${patchText}`);
  return patch.map(readOperation).reduce((tree, operation) => {
    const steps = operation.path.split('/').slice(1);
    return change(
      tree,
      steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
      operation,
    );
  }, target);
}

function readOperation(tree: Tree): Operation {
  const members = new Map(
    isObject(tree) ? tree.members.map((member) => [nameOf(member), member[1]]) : [],
  );
  const text = (name: string): string => {
    const value = members.get(name);
    if (typeof value !== 'string') throw new Error(`An operation without ${name}`);
    return JSON.parse(value) as string;
  };
  return { op: text('op'), path: text('path'), value: members.get('value') };
}

/** The tree with the operation done where the steps lead; nothing of the given one is changed. */
function change(tree: Tree, [step, ...rest]: readonly string[], operation: Operation): Tree {
  if (step === undefined) return valueOf(operation);
  if (Array.isArray(tree)) {
    const elements = [...tree];
    const at = step === '-' ? elements.length : Number(step);
    if (!/^(-|0|[1-9][0-9]*)$/.test(step)) throw new Error(`${step} is no index`);
    if (rest.length > 0) elements[at] = change(required(elements[at], step), rest, operation);
    else if (operation.op === 'add' && at <= elements.length)
      elements.splice(at, 0, valueOf(operation));
    else elements.splice(at, 1, ...replacement(operation, required(elements[at], step)));
    return elements;
  }
  if (!isObject(tree)) throw new Error(`${step} leads into a scalar`);
  const members = [...tree.members];
  const at = members.findIndex((member) => nameOf(member) === step);
  const [name, value] = members[at] ?? [JSON.stringify(step), undefined];
  if (rest.length > 0) members[at] = [name, change(required(value, step), rest, operation)];
  else if (operation.op === 'add' && at < 0) members.push([name, valueOf(operation)]);
  else if (operation.op === 'add') members[at] = [name, valueOf(operation)];
  else {
    const replaced = replacement(operation, required(value, step));
    members.splice(at, 1, ...replaced.map((one): [string, Tree] => [name, one]));
  }
  return { members };
}

/** What stands in place of a value that must be there. */
function replacement(operation: Operation, _standing: Tree): Tree[] {
  if (operation.op === 'remove') return [];
  if (operation.op === 'replace') return [valueOf(operation)];
  throw new Error(`The operation ${operation.op} is not expected`);
}

function valueOf({ op, value }: Operation): Tree {
  if (value === undefined) throw new Error(`The operation ${op} has no value`);
  return value;
}

function required(value: Tree | undefined, step: string): Tree {
  if (value === undefined) throw new Error(`There is nothing at ${step}`);
  return value;
}
