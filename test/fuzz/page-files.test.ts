import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

const FILE = '/docs/swagger-ui.css';

// The files of the page are served by a library that refuses in ways of its own.
it.each([
  ['a file that is not there', '/docs/nowhere.css', {}, [404]],
  ['NUL in the name of a file', '/docs/%00', {}, [400, 404]],
  ['a way out of the folder', '/docs/..%2f..%2f..%2fpackage.json', {}, [400, 404]],
  ['a hidden file', '/docs/.env', {}, [404]],
  ['a malformed percent-encoding', '/docs/%zz', {}, [400]],
  ['a range beyond the end', FILE, { range: 'bytes=999999999-' }, [416]],
  ['another ETag than that of the file', FILE, { 'if-match': '"x"' }, [412]],
])('refuses %s as everything is refused', async (_, path, headers, statuses) => {
  const answer = await test.rest.get(path, { headers });
  expect(statuses).toContain(answer.status);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.json()).toEqual({ message: expect.stringMatching(/^[A-Z]/) as string });
});
