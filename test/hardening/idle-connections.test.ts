import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const TIMEOUT_MS = 1000;
const COUNT = 2000;
const AT_A_TIME = 50;

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({ HTTP_REQUEST_TIMEOUT: String(TIMEOUT_MS / 1000) });
});
afterAll(() => test.stop());

const REQUEST = 'GET /api/v1/service-instances/cmx HTTP/1.1\r\nhost: x\r\n\r\n';

async function ask(socket: Socket): Promise<string> {
  socket.write(REQUEST);
  return String((await once(socket, 'data'))[0]);
}

it(`${COUNT} connections that wait for their next request are left alone, and harm nobody`, async () => {
  const { hostname, port } = new URL(test.rest.baseUrl);
  const sockets: Socket[] = [];
  // Some at a time: the first request of all at once would be late where the machine is busy.
  while (sockets.length < COUNT) {
    const some = Array.from({ length: AT_A_TIME }, async () => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/);
      return socket;
    });
    sockets.push(...(await Promise.all(some)));
  }
  // Longer than a request may take, and than Node.js waits between looking for those who are late.
  const until = performance.now() + 2 * TIMEOUT_MS + 1000;
  while (performance.now() < until) {
    expect((await test.rest.get('/applications')).status).toBe(200);
  }
  expect(sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded)).toEqual([]);
  const [one] = sockets;
  expect(one && (await ask(one))).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of sockets) socket.destroy();
});
