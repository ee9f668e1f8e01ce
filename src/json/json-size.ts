import { isExactObject, type ExactValue, type JsonLimits } from './exact-json.js';

/** How large a document may be. */
export interface DocumentLimits extends JsonLimits {
  /** Bytes of its text in UTF-8. */
  bytes: number;
}

/** In what a document is over its limits, in words; nothing if it is not. */
export function excessesOf(value: ExactValue, text: string, limits: DocumentLimits): string[] {
  const { depth, keys } = measure(value);
  const excesses: string[] = [];
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.bytes) {
    excesses.push(`is ${bytes} bytes long; the option http.body-limit allows ${limits.bytes}`);
  }
  if (depth > limits.depth) {
    excesses.push(
      `is nested ${depth} levels deep; the option http.json-depth-limit allows ${limits.depth}`,
    );
  }
  if (keys > limits.keys) {
    excesses.push(`has ${keys} keys; the option http.json-key-limit allows ${limits.keys}`);
  }
  return excesses;
}

function measure(value: ExactValue): JsonLimits {
  if (typeof value === 'string') return { depth: 0, keys: 0 };
  let depth = 0;
  let keys = 0;
  const children = isExactObject(value) ? [...value.values()].map((member) => member.value) : value;
  for (const child of children) {
    const inner = measure(child);
    depth = Math.max(depth, inner.depth);
    keys += inner.keys;
  }
  return { depth: depth + 1, keys: keys + (isExactObject(value) ? value.size : 0) };
}
