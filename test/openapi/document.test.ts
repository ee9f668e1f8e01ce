import { beforeAll, afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/create-app.js';
import { createLogger } from '../../src/logging/logger.js';
import { loadSettings } from '../../src/settings/settings.js';
import { routeHandlersOf } from '../architecture/route-handlers.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';
import { API, ApiDocument, type Operation } from './api-document.js';

let test: TestTekton;
let api: ApiDocument;
beforeAll(async () => {
  test = await startTestTekton();
  api = await ApiDocument.of(test.rest);
});
afterAll(() => test.stop());

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

it('is OpenAPI 3.1, which has null among its types rather than `nullable`', () => {
  expect(api.document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(JSON.stringify(api.document)).not.toContain('"nullable"');
});

it('has a page to browse it', async () => {
  const page = await test.rest.get('/docs');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
});

it('says the same behind the prefix of an ingress', async () => {
  const behind = await fetch(`${test.tekton.restUrl}/tekton${API}/openapi.json`);
  expect(await behind.json()).toEqual(api.document);
});

it('has every route of the server, and no other', async () => {
  const settings = loadSettings(
    testEnvironment('postgres://x@127.0.0.1:1/x', 'nats://127.0.0.1:1'),
  );
  const app = await createApp(settings, createLogger({ level: 'fatal', format: 'json' }));
  const routes = routeHandlersOf(app).map(({ method, path }) => `${method} ${API}${path}`);
  await app.close();
  expect(api.operations.map(nameOf).sort()).toEqual(routes.sort());
});

it('has at each path the methods that the server allows there', async () => {
  for (const path of Object.keys(api.document.paths)) {
    const answer = await test.rest.call('OPTIONS', path.replace(API, '').replaceAll(/[{}]/g, ''));
    const documented = api.operations.filter((operation) => operation.path === path);
    const allowed = answer.headers
      .get('allow')
      ?.split(', ')
      .filter((method) => method !== 'HEAD');
    expect([path, allowed]).toEqual([path, documented.map(({ method }) => method).sort()]);
  }
});

it('says of every operation what it does, under an ID of its own', () => {
  const ids = new Set(api.operations.map(({ operationId }) => operationId));
  expect(ids.size).toBe(api.operations.length);
  for (const { operationId, summary } of api.operations) {
    expect(operationId).toMatch(/^\w+$/);
    expect(summary).toMatch(/^[A-Z].{9}/);
  }
});

it('says of every operation which scopes open it, but for what any caller may read', () => {
  const open = api.operations.filter((operation) => scopesOf(operation).length === 0);
  const forAnybody = /^GET \/api\/v1\/(service-instances|tenant-configs)\b/;
  expect(open).toEqual(api.operations.filter((operation) => forAnybody.test(nameOf(operation))));
  for (const scope of api.operations.flatMap(scopesOf)) expect(scope).toMatch(/^[a-z]+(:[a-z]+)+$/);
});

it('says of every operation which errors it answers with, in the one form of errors', () => {
  for (const operation of api.operations) {
    const expected = [400, 401, 403, 405, 414, 500, 503];
    if (operation.path.includes('{')) expected.push(404);
    if (operation.requestBody) expected.push(413, 415);
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    const statuses = errors.map(([status]) => Number(status));
    expect([nameOf(operation), statuses]).toEqual([
      nameOf(operation),
      expect.arrayContaining(expected),
    ]);
    for (const [, response] of errors) {
      expect(response).toMatchObject({
        description: expect.stringMatching(/./) as string,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorDto' } } },
      });
    }
  }
});

it('says of every operation what its path holds', () => {
  for (const operation of api.operations) {
    const parameters = (operation.parameters ?? []) as { name: string; in: string }[];
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect([nameOf(operation), inPath.map(({ name }) => name).sort()]).toEqual([
      nameOf(operation),
      names.sort(),
    ]);
  }
});

function scopesOf(operation: Operation): string[] {
  return (operation as { 'x-required-scopes'?: string[] })['x-required-scopes'] ?? [];
}
