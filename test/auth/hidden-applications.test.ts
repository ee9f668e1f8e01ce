import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, CallOptions, RestClient } from '../support/rest-client.js';
import { startSecureTekton, type SecureTekton, type TestTenant } from '../support/secure-tekton.js';
import { APPLICATION_ROUTES, callOf, putThingsThere, TARGET } from './route-calls.js';

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton({ HTTP_BODY_LIMIT: '2048', HTTP_JSON_DEPTH_LIMIT: '10' });
  await putThingsThere(test);
});
afterAll(() => test.stop());

/** As long as the name of the application that is there. */
const MISSING = 'nettle';

const APPLICATION_SCOPES = 'application:read application:update application:delete';

/** Who may not know that the application is there. */
const CALLERS: [who: string, tenant: TestTenant, claims: Record<string, unknown>][] = [
  ['of its tenant without a scope', 'acme', {}],
  ['of its tenant with a scope that does not let read', 'acme', { scope: 'kaa:application:read' }],
  ['of its tenant with scopes on another application', 'acme', grants('application-mirror')],
  ['of another tenant with all scopes', 'globex', { scope: APPLICATION_SCOPES }],
  ['of another tenant with all scopes on its name', 'globex', grants(`application-${TARGET}`)],
  ['of the system tenant without platform-wide scopes', 'kaa', { scope: APPLICATION_SCOPES }],
];

function grants(rsname: string): Record<string, unknown> {
  const scopes = APPLICATION_SCOPES.split(' ');
  return { authorization: { permissions: [{ rsname, scopes }] } };
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`;

/** What may be said with a call: it must not bring out what the call itself does not. */
const WAYS: [what: string, options: CallOptions, query?: string][] = [
  ['as it should be', {}],
  ['with If-Match', { headers: { 'if-match': '"1-abc"' } }],
  ['with If-Match: *', { headers: { 'if-match': '*' } }],
  ['with If-None-Match', { headers: { 'if-none-match': '*' } }],
  ['with a malformed If-Match', { headers: { 'if-match': 'abc' } }],
  ['for its tenant', {}, 'tenantId=acme'],
  ['for another tenant', {}, 'tenantId=globex'],
  ['for the system tenant', {}, 'tenantId=kaa'],
  ['for a tenant that is not there', {}, 'tenantId=nobody'],
  ['with an unknown parameter', {}, 'unknown=1'],
  ['tried only', {}, 'dryRun=true'],
  ['with an unknown service instance', {}, 'serviceInstanceName=none'],
  ['with a body that is no JSON', { body: '{' }],
  ['with a body that is no object', { body: '[]' }],
  ['with a body of unknown members', { body: '{"colour":"red","__proto__":1}' }],
  ['with a body that is too deep', { body: nested(20) }],
  ['with a body that is too large', { body: JSON.stringify({ a: 'x'.repeat(5000) }) }],
  ['with an empty body', { body: '' }],
  ['with a body of another type', { body: 'a', headers: { 'content-type': 'text/plain' } }],
  ['with a body of no type', { body: '{}', headers: { 'content-type': 'none' } }],
  ['with a compressed body', { body: '{}', headers: { 'content-encoding': 'gzip' } }],
];

/** All of an answer that a caller could tell two things apart by. */
function visibleOf({ status, headers, text }: Answer, name: string): object {
  const seen = [...headers].filter(([header]) => !['date', 'x-correlation-id'].includes(header));
  return { status, headers: seen.sort(), text: text.replaceAll(name, '<name>') };
}

async function expectNoDifference(
  caller: RestClient,
  key: string,
  [, options, query]: (typeof WAYS)[number],
): Promise<Answer> {
  const answers = [];
  for (const name of [TARGET, MISSING]) {
    const { method, path, body } = callOf(key, name);
    const where = query === undefined ? path : withQuery(path, query);
    const takesBody = method !== 'GET' && (body !== undefined || options.body !== undefined);
    const answer = await caller.call(method, where, {
      ...(takesBody && { body }),
      ...(method === 'GET' ? { headers: options.headers ?? {} } : options),
    });
    answers.push({ answer, visible: visibleOf(answer, name) });
  }
  const [there, missing] = answers;
  expect(there?.visible).toEqual(missing?.visible);
  if (!there) throw new Error('There are two answers');
  return there.answer;
}

/** Replaces a parameter of that name, and leaves the others. */
function withQuery(path: string, query: string): string {
  const [before = '', after = ''] = path.split('?');
  const params = new URLSearchParams(after);
  for (const [name, value] of new URLSearchParams(query)) params.set(name, value);
  return `${before}?${params.toString()}`;
}

describe.each(CALLERS)('to a caller %s', (_, tenant, claims) => {
  it.each(APPLICATION_ROUTES)('%s shows no difference to a missing one', async (key) => {
    const caller = await test.as(tenant, claims);
    for (const way of WAYS) {
      const { status, headers } = await expectNoDifference(caller, key, way);
      expect([404, 400, 413]).toContain(status);
      expect(headers.get('etag')).toBeNull();
    }
    const { path } = callOf(key);
    expect(await caller.call(callOf(key).method, path)).toMatchObject({ status: 404 });
  });

  it.each(APPLICATION_ROUTES.filter((key) => key.startsWith('GET')))(
    'HEAD instead of %s shows no difference either',
    async (key) => {
      const caller = await test.as(tenant, claims);
      const answers = [];
      for (const name of [TARGET, MISSING]) {
        const answer = await caller.call('HEAD', callOf(key, name).path);
        answers.push(visibleOf(answer, name));
      }
      expect(answers[0]).toMatchObject({ status: 404 });
      expect(answers[0]).toEqual(answers[1]);
    },
  );

  it('methods that a path does not have show no difference', async () => {
    const caller = await test.as(tenant, claims);
    for (const method of ['PUT', 'OPTIONS', 'PROPFIND']) {
      const answers = [];
      for (const name of [TARGET, MISSING]) {
        answers.push(visibleOf(await caller.call(method, `/applications/${name}`), name));
      }
      expect(answers[0]).toEqual(answers[1]);
    }
  });
});

it.each(APPLICATION_ROUTES.filter((key) => !key.startsWith('GET')))(
  '%s tells that there is no such thing before it tells of a body that is too large',
  async (key) => {
    const caller = await test.as('globex', { scope: APPLICATION_SCOPES });
    const { method, path } = callOf(key);
    const body = JSON.stringify({ a: 'x'.repeat(5000) });
    expect(await caller.call(method, path, { body })).toMatchObject({ status: 404 });
  },
);

it('writing the name otherwise shows nothing either', async () => {
  const caller = await test.as('globex', { scope: APPLICATION_SCOPES });
  for (const path of ['%6bettle', 'kettle/', 'Kettle', 'ket_tle', 'kettle%20', '..%2fkettle']) {
    const { status } = await caller.get(`/applications/${path}`);
    expect([path, [400, 404].includes(status)]).toEqual([path, true]);
  }
});
