import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { API, ApiDocument, type Operation } from './api-document.js';

interface Example {
  example?: unknown;
  examples?: (string | number | string[])[];
}
interface SchemaWithExample extends Example {
  $ref?: string;
  properties?: Record<string, Example>;
}

let test: TestTekton;
let api: ApiDocument;
beforeAll(async () => {
  test = await startTestTekton({
    // The examples are for those who have run `npm start`.
    TEKTON_CONFIG_FILE: fileURLToPath(new URL('../../config/service-config.yml', import.meta.url)),
  });
  api = await ApiDocument.of(test.rest);
});
afterAll(() => test.stop());

it('documents examples that work as they stand, for every operation', async () => {
  for (const operation of [...api.operations].sort(inUsefulOrder)) {
    const { method } = operation;
    const body = bodyOf(operation);
    const path = pathOf(operation);
    const answer = await test.rest.call(method, path, body === undefined ? {} : { body });
    const shown = `${method} ${path} ${JSON.stringify(body)}`;
    expect([shown, answer.status < 300, answer.text]).toEqual([shown, true, answer.text]);
    expect([shown, api.faultsOf(operation, answer)]).toEqual([shown, []]);
  }
});

/** What is made before what it is used by, and deleted after it. */
function inUsefulOrder(a: Operation, b: Operation): number {
  const rank = ({ method, path }: Operation): number => {
    const depth = path.split('/').length;
    if (method === 'POST' && path.startsWith(`${API}/applications`)) return depth;
    if (method === 'DELETE') return 1000 - depth - (path.includes('configs') ? 100 : 0);
    return 100 + ['PUT', 'PATCH', 'POST', 'GET'].indexOf(method);
  };
  return rank(a) - rank(b);
}

function pathOf({ path, parameters = [] }: Operation): string {
  let filled = path.slice(API.length);
  const query = new URLSearchParams();
  for (const parameter of parameters) {
    if (!('in' in parameter) || parameter.in === 'header') continue;
    const [value] = (parameter.schema as Example).examples ?? [];
    if (value === undefined) {
      expect([path, parameter.name, parameter.required ?? false]).toContain(false);
    } else if (parameter.in === 'path') {
      filled = filled.replace(`{${parameter.name}}`, String(value));
    } else {
      query.set(parameter.name, String(value));
    }
  }
  return `${filled}?${query.toString()}`;
}

function bodyOf({ requestBody }: Operation): unknown {
  if (!requestBody || !('content' in requestBody)) return undefined;
  const schema = requestBody.content['application/json']?.schema as SchemaWithExample;
  if (schema.example !== undefined) return schema.example;
  const name = schema.$ref?.split('/').at(-1) ?? '';
  const definition = api.document.components?.schemas?.[name] as SchemaWithExample;
  const members = Object.entries(definition.properties ?? {});
  return Object.fromEntries(
    members.flatMap(([key, { example }]) => (example === undefined ? [] : [[key, example]])),
  );
}
