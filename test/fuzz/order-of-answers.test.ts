import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { send } from './raw-client.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

it('a write that is followed by what is not HTTP is answered itself, before that is refused', async () => {
  const body = '{"a":1}';
  const { answers } = await send(Number(new URL(test.tekton.restUrl).port), {
    method: 'PUT',
    path: '/api/v1/tenant-configs',
    query: ['serviceInstanceName=cmx'],
    version: 'HTTP/1.1',
    headers: ['host: x', 'content-type: application/json', `content-length: ${body.length}`],
    body: Buffer.from(`${body}not HTTP\r\n\r\n`),
    framing: 'none',
    ending: 'wait',
  });
  const stored = await test.rest.get('/tenant-configs?serviceInstanceName=cmx');
  // Whatever comes of it: what the first answer says is what has been done.
  expect([answers[0]?.status, stored.status]).toEqual([201, 200]);
});
