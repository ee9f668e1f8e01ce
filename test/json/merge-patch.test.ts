import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, writeExact, type ExactObject } from '../../src/json/exact-json.js';
import { mergePatch } from '../../src/json/merge-patch.js';
import { LIMITS } from './json-texts.js';

const read = (text: string) => parseExact(text, LIMITS);
const patched = (target: string, patch: string) =>
  writeExact(mergePatch(read(target), read(patch) as ExactObject));

// Without the four examples whose patch is no object: those are refused before they come here.
it.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
])('merges as appendix A of RFC 7396 has it: %s and %s give %s', (target, patch, result) => {
  expect(patched(target, patch)).toBe(result);
});

describe('a merge patch', () => {
  it('keeps numbers, escapes and the order of what it does not name', () => {
    const target = '{"10":12345678901234567890,"2":1.10,"s":"\\u0041","x":{"y":1e400,"z":1}}';
    expect(patched(target, '{"x":{"z":2.50},"n":1.0}')).toBe(
      '{"10":12345678901234567890,"2":1.10,"s":"\\u0041","x":{"y":1e400,"z":2.50},"n":1.0}',
    );
  });

  it('finds members by their names without escapes', () => {
    expect(patched('{"a":1,"\\u0062":{"c":1}}', '{"\\u0061":null,"b":{"d":2}}')).toBe(
      '{"\\u0062":{"c":1,"d":2}}',
    );
  });

  it('keeps null within an array, which is replaced as a whole', () => {
    expect(patched('{"a":[1,2]}', '{"a":[null,{"b":null}]}')).toBe('{"a":[null,{"b":null}]}');
  });

  it('patches and removes a member named __proto__ like any other', () => {
    expect(patched('{"__proto__":{"a":1}}', '{"__proto__":{"b":2}}')).toBe(
      '{"__proto__":{"a":1,"b":2}}',
    );
    expect(patched('{"__proto__":1}', '{"__proto__":null}')).toBe('{}');
  });

  it('makes a document where there is none', () => {
    const patch = read('{"a":1,"b":null,"c":{"d":null}}') as ExactObject;
    expect(writeExact(mergePatch(undefined, patch))).toBe('{"a":1,"c":{}}');
  });
});

type Json = null | number | string | Json[] | JsonObject;
interface JsonObject {
  [name: string]: Json;
}

const { object: objects, json: documents } = fc.letrec<{ object: JsonObject; json: Json }>(
  (tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Json>(null, 1, 'text'),
      fc.array(tie('json'), { maxLength: 2 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('json'), { noNullPrototype: true }),
  }),
);

it('does what section 2 of RFC 7396 says, for any documents', () => {
  fc.assert(
    fc.property(documents, objects, (target, patch) => {
      const expected = JSON.stringify(mergePatchOfRfc(target, patch));
      expect(patched(JSON.stringify(target), JSON.stringify(patch))).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

it('changes neither the document nor the patch', () => {
  fc.assert(
    fc.property(documents, objects, (target, patch) => {
      const [first, second] = [read(JSON.stringify(target)), read(JSON.stringify(patch))];
      mergePatch(first, second as ExactObject);
      expect(writeExact(first)).toBe(JSON.stringify(target));
      expect(writeExact(second)).toBe(JSON.stringify(patch));
    }),
  );
});

/** The pseudocode of section 2, on plain values. */
function mergePatchOfRfc(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = mergePatchOfRfc(merged[name] ?? null, value);
  }
  return merged;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
