import { isExactObject, type ExactObject, type ExactValue } from './exact-json.js';

/**
 * Applies a merge patch (RFC 7396 section 2) without loss: what the patch does not name stays as
 * it was written. Neither argument is changed.
 */
export function mergePatch(target: ExactValue | undefined, patch: ExactObject): ExactObject {
  const merged: ExactObject = new Map(
    target !== undefined && isExactObject(target) ? target : undefined,
  );
  for (const [name, member] of patch) {
    if (member.value === 'null') {
      merged.delete(name);
    } else if (isExactObject(member.value)) {
      const standing = merged.get(name);
      merged.set(name, {
        writtenName: standing?.writtenName ?? member.writtenName,
        value: mergePatch(standing?.value, member.value),
      });
    } else {
      merged.set(name, member);
    }
  }
  return merged;
}
