import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { metric, openSocket } from './callers.js';

const KIBIBYTE = 1024;
const CMX = '/tenant-configs?serviceInstanceName=cmx';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({
    HTTP_BODY_LIMIT: String(64 * KIBIBYTE),
    HTTP_BULK_BODY_LIMIT: String(1024 * KIBIBYTE),
    HTTP_BODIES_LIMIT: String(1024 * KIBIBYTE),
  });
});
afterAll(() => test.stop());

it('bulk loads leave room for the bodies of other calls, and only for these', async () => {
  const load = JSON.stringify({ tenants: [] }).padEnd(1024 * KIBIBYTE);
  const slow = openSocket(test);
  slow.write(
    'PUT /api/v1/bulk HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      `content-length: ${load.length}\r\n\r\n${load.slice(0, -10)}`,
  );
  const held = () => metric(test, 'tekton_http_held_bytes{of="bodies"}');
  await expect.poll(held).toBe(load.length - 10);
  expect((await test.rest.put(CMX, { text: 'x'.repeat(60 * KIBIBYTE) })).status).toBe(201);
  const another = await test.rest.put('/bulk', load.slice(0, 100 * KIBIBYTE));
  expect(another.status).toBe(503);
  expect(another.json()).toMatchObject({
    message: expect.stringContaining('http.bodies-limit') as unknown,
  });
  slow.write(load.slice(-10));
  const [answer] = (await once(slow, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
  await expect.poll(held).toBe(0);
});
