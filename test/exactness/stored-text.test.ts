import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { documents, spacings } from './documents.js';
import { mergePatch } from './merge-patch.js';
import { RUNS, TIMEOUT_MS } from './runs.js';
import { escapeAll, readTree, rewrite, withNamesAlike, writeTree } from './tree.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'app' });
  await test.rest.post('/applications/app/app-versions', { suffix: 'v1' });
});
afterAll(() => test.stop());

const OWNERS = [
  ['an application', '/app-configs/applications/app'],
  ['an appversion', '/app-configs/applications/app/app-versions/app-v1'],
  ['a tenant', '/tenant-configs'],
] as const;

describe.each(OWNERS)('the configuration of %s', (_, path) => {
  const one = `${path}?serviceInstanceName=cmx`;

  // What stands would stay in its spelling if the next document were the same in another.
  const putFirst = async (text: string) => {
    await test.rest.delete(one);
    return test.rest.put(one, text);
  };

  it(
    'comes back as it was put, white space aside',
    () =>
      fc.assert(
        fc.asyncProperty(documents, spacings, async (document, spacing) => {
          const put = await putFirst(writeTree(document, spacing));
          expect(put.text).toBe(writeTree(document));
          expect((await test.rest.get(one)).text).toBe(writeTree(document));
        }),
        RUNS,
      ),
    TIMEOUT_MS,
  );

  it(
    'stands as it is if the same is put in another spelling',
    () =>
      fc.assert(
        fc.asyncProperty(documents, spacings, async (document, spacing) => {
          const put = await putFirst(writeTree(document));
          const again = await test.rest.put(one, writeTree(rewrite(document, escapeAll), spacing));
          expect(again.status).toBe(200);
          for (const header of ['etag', 'x-revision', 'last-modified']) {
            expect(again.headers.get(header)).toBe(put.headers.get(header));
          }
          expect(again.text).toBe(writeTree(document));
        }),
        RUNS,
      ),
    TIMEOUT_MS,
  );

  it(
    'is merged with a patch as RFC 7396 says, and nothing else of it is touched',
    () =>
      fc.assert(
        fc.asyncProperty(documents, documents, spacings, async (document, patch, spacing) => {
          await putFirst(writeTree(document));
          const patched = await test.rest.patch(one, writeTree(patch, spacing));
          const expected = withNamesAlike(mergePatch(document, patch));
          expect(withNamesAlike(readTree(patched.text))).toBe(expected);
          expect((await test.rest.get(one)).text).toBe(patched.text);
        }),
        RUNS,
      ),
    TIMEOUT_MS,
  );
});

it(
  'the configurations of several instances come back together as they were put together',
  () =>
    fc.assert(
      fc.asyncProperty(
        documents,
        documents,
        documents,
        spacings,
        async (cmx, ota, epts, spacing) => {
          const given = {
            members: Object.entries({ '"epts"': epts, '"cmx"': cmx, '"cmx-ota"': ota }),
          };
          for (const name of ['cmx', 'cmx-ota', 'epts']) {
            await test.rest.delete(`/tenant-configs?serviceInstanceName=${name}`);
          }
          const put = await test.rest.put('/tenant-configs', writeTree(given, spacing));
          const [first, second, third] = [cmx, ota, epts].map((document) => writeTree(document));
          const expected = `{"cmx":${first ?? ''},"cmx-ota":${second ?? ''},"epts":${third ?? ''}}`;
          expect(put.text).toBe(expected);
          expect((await test.rest.get('/tenant-configs')).text).toBe(expected);
        },
      ),
      RUNS,
    ),
  TIMEOUT_MS,
);
