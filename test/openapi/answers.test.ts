import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, CallOptions } from '../support/rest-client.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { API, ApiDocument, type Operation } from './api-document.js';
import { EXAMPLE_CALLS, type ExampleCall } from './example-calls.js';

const LIMIT = 1024;
/** Nobody can bring them about from outside, or not while security is off. */
const OUT_OF_REACH = ['401', '403', '500', '503'];
/** Nor 404 where a write makes what is missing, as long as there is no list of tenants. */
const MAKES_WHAT_IS_MISSING = /^(PUT|PATCH) .*\/tenant-configs$/;

let test: TestTekton;
let api: ApiDocument;
/** Statuses seen of each operation, by its ID. */
const seen = new Map<string, Set<string>>();
beforeAll(async () => {
  test = await startTestTekton({
    HTTP_BODY_LIMIT: `${LIMIT}`,
    HTTP_BULK_BODY_LIMIT: `${LIMIT}`,
    HTTP_URL_LIMIT: `${LIMIT}`,
  });
  api = await ApiDocument.of(test.rest);
});
afterAll(() => test.stop());

describe('the server answers as its document says', () => {
  it.each(EXAMPLE_CALLS)('%i to %s %s', async (status, method, path, body, headers = {}) => {
    const operation = operationOf(method, path);
    if (status < 300) {
      for (const [wrongStatus, ...call] of wrongCalls(operation, method, path, body)) {
        if (operation.responses[wrongStatus]) await check(operation, wrongStatus, ...call);
      }
    }
    await check(operation, status, method, path, {
      ...(body !== undefined && { body }),
      headers,
    });
  });
});

it('each operation of the document was called, and answered with all that it can', () => {
  for (const operation of api.operations) {
    const { operationId, responses } = operation;
    const outOfReach = makesWhatIsMissing(operation) ? [...OUT_OF_REACH, '404'] : OUT_OF_REACH;
    const statuses = Object.keys(responses).filter((status) => !outOfReach.includes(status));
    const answered = [...(seen.get(operationId ?? '') ?? [])].sort();
    expect({ operationId, answered }).toEqual({ operationId, answered: statuses.sort() });
  }
});

/** Calls that end in each of the ways that have nothing to do with what the call is about. */
function* wrongCalls(
  operation: Operation,
  method: string,
  path: string,
  body: ExampleCall[3],
): Generator<[status: number, method: string, path: string, options: CallOptions]> {
  const sent = body === undefined ? {} : { body };
  const joint = path.includes('?') ? '&' : '?';
  yield [400, method, `${path}${joint}unknownParameter=1`, sent];
  yield [414, method, `${path}${joint}${'x'.repeat(LIMIT)}`, sent];
  const elsewhere = missing(operation, path);
  if (elsewhere !== path && !makesWhatIsMissing(operation)) yield [404, method, elsewhere, sent];
  yield [413, method, path, { body: { name: 'x'.repeat(LIMIT) } }];
  yield [415, method, path, { body: 'name: x', headers: { 'content-type': 'text/yaml' } }];
  yield [304, method, path, { headers: { 'if-none-match': '*' } }];
  yield [412, method, path, { ...sent, headers: { 'if-match': '"another"' } }];
  const taken = api.at(path).map((one) => one.method);
  const other = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find((one) => !taken.includes(one));
  if (other) yield [405, other, path, {}];
}

/** A call like this one, of something that is not there; as it is if it makes what is not there. */
function missing(operation: Operation, path: string): string {
  const names: Record<string, string> = { '{appName}': 'none', '{appVersionName}': 'none-v1' };
  const [given = '', query] = path.split('?');
  const steps = given.split('/');
  const changed = operation.path
    .slice(API.length)
    .split('/')
    .map((step, index) => (step.startsWith('{') ? (names[step] ?? '999') : steps[index]))
    .join('/');
  if (changed !== given || query === undefined) return [changed, query].filter(Boolean).join('?');
  // A read of an instance that is not defined is 404, a write is 400.
  if (operation.method !== 'GET') return `${path}&tenantId=none`;
  return path.replace(/(?<=serviceInstanceName=)\w+/, 'none');
}

function makesWhatIsMissing({ method, path }: Operation): boolean {
  return MAKES_WHAT_IS_MISSING.test(`${method} ${path}`);
}

async function check(
  operation: Operation,
  status: number,
  method: string,
  path: string,
  options: CallOptions,
): Promise<void> {
  const answer: Answer = await test.rest.call(method, path, options);
  const { operationId = '' } = operation;
  expect([method, path, answer.status, answer.text]).toEqual([method, path, status, answer.text]);
  expect([method, path, api.faultsOf(operation, answer)]).toEqual([method, path, []]);
  seen.set(operationId, (seen.get(operationId) ?? new Set()).add(String(status)));
}

function operationOf(method: string, path: string): Operation {
  const operation = api.at(path).find((one) => one.method === method);
  if (!operation) throw new Error(`${method} ${path} is not in the document`);
  return operation;
}
