import { isObject, nameOf, type ObjectTree, type Tree } from './tree.js';

/** RFC 7396 section 2, on trees; members keep their places, and new ones come after them. */
export function mergePatch(target: Tree | undefined, patch: Tree): Tree {
  if (!isObject(patch)) return patch;
  const merged: ObjectTree = { members: isObject(target) ? [...target.members] : [] };
  for (const change of patch.members) {
    const [written, value] = change;
    const at = merged.members.findIndex((member) => nameOf(member) === nameOf(change));
    const standing = merged.members[at];
    if (value === 'null') {
      if (standing) merged.members.splice(at, 1);
    } else if (standing) {
      merged.members[at] = [standing[0], mergePatch(standing[1], value)];
    } else {
      merged.members.push([written, mergePatch(undefined, value)]);
    }
  }
  return merged;
}
