import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { documents } from './documents.js';
import { applyPatch } from './json-patch.js';
import { RUNS, TIMEOUT_MS } from './runs.js';
import { withMembersSorted, writeTree, type ObjectTree } from './tree.js';

const PATH = '/app-configs/applications/app';
const INSTANCE = 'serviceInstanceName=cmx';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'app' });
});
afterAll(() => test.stop());

/** Puts a document where nothing stands, or in place of what does; gives its revision. */
async function put(document: ObjectTree, { first = false } = {}): Promise<string> {
  if (first) await test.rest.delete(`${PATH}?${INSTANCE}`);
  const answer = await test.rest.put(`${PATH}?${INSTANCE}`, writeTree(document));
  expect(answer.status).toBeLessThan(300);
  return answer.headers.get('x-revision') ?? '';
}

const inHistory = (rest: string, query = '') => `${PATH}/history/${rest}?${INSTANCE}${query}`;

it(
  'every revision is read as it was put',
  () =>
    fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const revisions = [await put(first, { first: true }), await put(second)];
        for (const [index, document] of [first, second].entries()) {
          const read = await test.rest.get(inHistory(revisions[index] ?? ''));
          // The same document in another spelling makes no revision; the spelling that stands stays.
          if (revisions[0] !== revisions[1]) expect(read.text).toBe(writeTree(document));
          expect(read.headers.get('x-revision')).toBe(revisions[index]);
        }
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);

it(
  'a revision that is restored is current again as it was put',
  () =>
    fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const revision = await put(first, { first: true });
        const later = await put(second);
        const before = await test.rest.get(inHistory(revision));
        const restored = await test.rest.post(inHistory(`${revision}/restore`));
        expect(restored.text).toBe(before.text);
        expect((await test.rest.get(`${PATH}?${INSTANCE}`)).text).toBe(before.text);
        const made = revision === later ? later : String(Number(later) + 1);
        expect(restored.headers.get('x-revision')).toBe(made);
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);

it(
  'a difference that is applied to one revision makes the other, either way',
  () =>
    fc.assert(
      fc.asyncProperty(documents, documents, async (first, second) => {
        const [from, to] = [await put(first, { first: true }), await put(second)];
        fc.pre(from !== to);
        const there = await test.rest.get(inHistory(`${from}/diff`, `&to=${to}`));
        const back = await test.rest.get(inHistory(`${to}/diff`, `&to=${from}`));
        expect(withMembersSorted(applyPatch(first, there.text))).toBe(withMembersSorted(second));
        expect(withMembersSorted(applyPatch(second, back.text))).toBe(withMembersSorted(first));
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);
