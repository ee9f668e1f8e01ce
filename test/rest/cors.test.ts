import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const ORIGIN = 'https://dashboard.example.com';

let open: TestTekton;
let closed: TestTekton;
beforeAll(async () => {
  [open, closed] = await Promise.all([
    startTestTekton({ HTTP_CORS_ORIGINS: `${ORIGIN},http://localhost:3000` }),
    startTestTekton(),
  ]);
});
afterAll(async () => {
  await open.stop();
  await closed.stop();
});

const from = (origin: string, more = {}) => ({ headers: { origin, ...more } });

it('lets pages of the origins that are named call the API and read its headers', async () => {
  const preflight = await open.rest.call(
    'OPTIONS',
    '/app-configs/applications/app?serviceInstanceName=cmx',
    from(ORIGIN, { 'access-control-request-method': 'PUT' }),
  );
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
  const answer = await open.rest.get('/applications', from(ORIGIN));
  expect(answer.headers.get('vary')).toBe('Origin, Authorization');
  expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(answer.headers.get('access-control-expose-headers')).toBe(
    'ETag, Location, X-Revision, X-Position, X-Correlation-Id, X-Dry-Run, X-Would-Notify',
  );
});

it('does not let pages of other origins, and none unless some are named', async () => {
  const other = await open.rest.get('/applications', from('https://evil.example.com'));
  expect(other.headers.has('access-control-allow-origin')).toBe(false);
  const none = await closed.rest.get('/applications', from(ORIGIN));
  expect(none.headers.has('access-control-allow-origin')).toBe(false);
});

it('does not make paths of what browsers ask', async () => {
  expect((await open.rest.get('/nothing')).status).toBe(404);
});
