import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearing, startTestIssuers } from '../support/secure-tekton.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let issuers: TestIssuers;
let test: TestTekton;
beforeAll(async () => {
  issuers = await startTestIssuers();
  test = await startTestTekton({
    KAA_SECURITY_ENABLED: 'true',
    KAA_SECURITY_AUDIENCE: 'the platform',
    KAA_TENANCY_TENANTS: JSON.stringify([
      { id: 'kaa', issuer: issuers.issuerOf('kaa') },
      { id: 'acme', issuer: issuers.issuerOf('acme'), audience: 'acme alone' },
    ]),
    HTTP_STREAM_LIMIT: '1',
    HTTP_STREAM_TIMEOUT: '1',
    HTTP_STALL_TIMEOUT: '3600',
  });
});
afterAll(async () => {
  await test.stop();
  await issuers.stop();
});

it.each([
  ['kaa', 'the platform', 200],
  ['kaa', 'acme alone', 401],
  ['acme', 'acme alone', 200],
  ['acme', 'the platform', 401],
] as const)(
  'kaa.security.audience holds for tenants without one: %s and "%s"',
  async (tenant, aud, status) => {
    const rest = bearing(test.rest, await issuers.sign(tenant, { aud }));
    expect((await rest.get('/service-instances')).status).toBe(status);
  },
);

it('http.stream-timeout ends a bulk read whose reader takes too long', async () => {
  const token = await issuers.sign('kaa', {
    aud: 'the platform',
    scope: 'kaa:application:create kaa:application:read kaa:application:update',
  });
  const rest = bearing(test.rest, token);
  const document = { pad: 'x'.repeat(1_000_000) };
  const names = Array.from({ length: 14 }, (_, index) => `app${index}`);
  await Promise.all(
    names.map(async (name) => {
      await rest.post('/applications', { name });
      const path = `/app-configs/applications/${name}?serviceInstanceName=cmx`;
      expect((await rest.put(path, document)).status).toBe(201);
    }),
  );
  const { hostname, port, pathname } = new URL(rest.baseUrl);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  socket.write(
    `GET ${pathname}/bulk HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1.1 200 /);
  socket.pause();
  const closed = once(socket, 'close');
  // While it is answered there is no place for another one.
  const statusOfOther = async () => (await rest.get('/bulk?appName=app0')).status;
  expect(await statusOfOther()).toBe(503);
  await expect.poll(statusOfOther).toBe(200);
  let last = '';
  socket.on('data', (bytes: Buffer) => (last = bytes.toString('latin1')));
  socket.resume();
  await closed;
  expect(last).not.toMatch(/0\r\n\r\n$/);
});
