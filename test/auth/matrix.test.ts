import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import { CALLERS, needOf, type Ending } from './caller-cases.js';
import { declaredRules, ruleOf, type DeclaredRules } from './declared-routes.js';
import { callOf, putThingsThere, ROUTES } from './route-calls.js';

let test: SecureTekton;
let rules: DeclaredRules;
beforeAll(async () => {
  test = await startSecureTekton();
  await putThingsThere(test);
  rules = await declaredRules();
});
afterAll(() => test.stop());

const INSUFFICIENT = /^Bearer realm="[^"]+", error="insufficient_scope", scope="[a-z:]+"/;

function statusOf(ending: Ending, success: number): number {
  return ending === 'ok' ? success : ending;
}

it('every route that needs a token is in the matrix', () => {
  const guarded = [...rules].filter(([, { kind }]) => kind !== 'public').map(([key]) => key);
  expect(guarded.sort()).toEqual([...ROUTES].sort());
});

describe.each(CALLERS)('a caller with $who', ({ tenant, claims, endings }) => {
  it.each(ROUTES)('is answered by %s as its rule says', async (key) => {
    const rule = ruleOf(rules, key);
    const { method, path, body, status } = callOf(key);
    const caller = await test.as(tenant, claims(rule));
    const ending = endings[needOf(rule)];
    const answer = await caller.call(method, path, { body });
    expect(answer).toMatchObject({ status: statusOf(ending, status) });
    const challenge = answer.headers.get('www-authenticate');
    if (ending === 403) expect(challenge).toMatch(INSUFFICIENT);
    else expect(challenge).toBeNull();
    if (method === 'GET') {
      const head = await caller.call('HEAD', path);
      expect(head).toMatchObject({ status: answer.status, text: '' });
    }
  });
});

describe('without a token', () => {
  it.each(['/health', '/health/live', '/health/ready', '/metrics'])(
    '%s of the management interface is answered',
    async (path) => {
      expect((await test.management.get(path)).status).toBe(200);
    },
  );

  it.each(['/openapi.json', '/docs'])('%s is answered', async (path) => {
    expect((await test.rest.get(path)).status).toBe(200);
  });

  it('a faulty token does not harm where none is needed', async () => {
    const headers = { authorization: 'Bearer nonsense' };
    expect((await test.management.get('/health', { headers })).status).toBe(200);
    expect((await test.rest.get('/openapi.json', { headers })).status).toBe(200);
  });
});
