import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { documents, filledDocuments } from './documents.js';
import { RUNS, TIMEOUT_MS } from './runs.js';
import { writeTree } from './tree.js';

const APPLICATION = '/app-configs/applications/app?serviceInstanceName=cmx';
const VERSION = '/app-configs/applications/app/app-versions/app-v1?serviceInstanceName=cmx';
const TENANT = '/tenant-configs?serviceInstanceName=cmx';

let original: TestTekton;
let copy: TestTekton;
beforeAll(async () => {
  [original, copy] = await Promise.all([startTestTekton(), startTestTekton()]);
  await original.rest.post('/applications', { name: 'app', description: 'Text' });
  await original.rest.post('/applications/app/app-versions', { suffix: 'v1' });
});
afterAll(() => Promise.all([original.stop(), copy.stop()]));

async function put(path: string, text: string): Promise<void> {
  for (const { rest } of [original, copy]) {
    // What stands would stay in its spelling if the next document were the same in another.
    await rest.delete(path);
  }
  expect((await original.rest.put(path, text)).status).toBe(201);
}

it(
  'an export has every document as it was put, and makes the same where it is loaded',
  () =>
    fc.assert(
      fc.asyncProperty(filledDocuments, filledDocuments, async (document, ofVersion) => {
        await put(APPLICATION, writeTree(document));
        await put(VERSION, writeTree(ofVersion));
        const exported = await original.rest.get('/app-configs');
        const members = writeTree(document).slice(1, -1);
        const app = `{${members},"versions":{"app-v1":${writeTree(ofVersion)}}}`;
        expect(exported.text).toBe(`{"cmx":{"kaa":{"applications":{"app":${app}}}}}`);
        expect((await copy.rest.post('/app-configs', exported.text)).status).toBe(200);
        expect((await copy.rest.get('/app-configs')).text).toBe(exported.text);
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);

it(
  'a bulk read has every document as it was put, and makes the same where it is put',
  () =>
    fc.assert(
      fc.asyncProperty(documents, documents, documents, async (ofTenant, document, ofVersion) => {
        await put(TENANT, writeTree(ofTenant));
        await put(APPLICATION, writeTree(document));
        await put(VERSION, writeTree(ofVersion));
        const read = await original.rest.get('/bulk');
        for (const one of [ofTenant, document, ofVersion]) {
          expect(read.text).toContain(`"configs":{"cmx":${writeTree(one)}}`);
        }
        expect((await copy.rest.put('/bulk', read.text)).status).toBe(200);
        expect((await copy.rest.get('/bulk')).text).toBe(read.text);
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);
