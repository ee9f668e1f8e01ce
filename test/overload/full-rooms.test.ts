import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bearableBodyBytes } from '../../src/rest/heap-share.js';
import { loadSettings } from '../../src/settings/settings.js';
import { withDatabase } from '../support/database.js';
import type { Answer } from '../support/rest-client.js';
import { startTestTekton, testEnvironment, type TestTekton } from '../support/test-tekton.js';
import { metric, openSocket } from './callers.js';

const KIBIBYTE = 1024;
const CMX = '/tenant-configs?serviceInstanceName=cmx';
const EPTS = '/tenant-configs?serviceInstanceName=epts';
const LIMITS = {
  HTTP_REQUESTS_LIMIT: '3',
  HTTP_BODY_LIMIT: String(1024 * KIBIBYTE),
  HTTP_BULK_BODY_LIMIT: String(1024 * KIBIBYTE),
  HTTP_BODIES_LIMIT: String(1024 * KIBIBYTE),
  HTTP_ANSWERS_LIMIT: String(1024 * KIBIBYTE),
  HTTP_CONNECTIONS_LIMIT: '40',
  HTTP_STALL_TIMEOUT: '2',
};
const LARGE = { large: 'x'.repeat(900 * KIBIBYTE) };

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton(LIMITS);
  expect((await test.rest.put(EPTS, LARGE)).status).toBe(201);
});
afterAll(() => test.stop());

function expectRefusal(answer: Answer, option: string): void {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.headers.get('etag')).toBeNull();
  expect(answer.json()).toEqual({ message: expect.stringContaining(option) as unknown });
}

describe('when there is no room for', () => {
  it('a request, it is refused at once; health answers, and those who came first are served', async () => {
    const name = new URL(test.databaseUrl).pathname.slice(1);
    await test.rest.put(CMX, { n: 0 });
    const waiting = Array.from({ length: 5 }, () => test.rest.get('/changes?since=2&wait=5'));
    await expect.poll(() => metric(test, 'tekton_changes_waiting')).toBe(5);
    const [first, ...more] = await withDatabase(test.databaseUrl, name, async (blocker) => {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM configurations FOR UPDATE');
      const held = [1, 2, 3].map((n) => test.rest.put(CMX, { n }));
      await expect.poll(() => metric(test, 'tekton_http_requests_in_flight')).toBe(3);
      expectRefusal(await test.rest.get(CMX), 'http.requests-limit');
      expectRefusal(await test.rest.put(EPTS, { a: 1 }), 'http.requests-limit');
      expect((await test.management.get('/health')).status).toBe(200);
      expect(await metric(test, 'tekton_http_requests_refused_total{reason="requests"}')).toBe(2);
      await blocker.query('COMMIT');
      return Promise.all(held);
    });
    expect([first, ...more].map((answer) => answer?.status)).toEqual([200, 200, 200]);
    await Promise.all(waiting);
    expect((await test.rest.get(CMX)).status).toBe(200);
    expect(await metric(test, 'tekton_http_requests_in_flight')).toBe(0);
  });

  it('a body, it is refused; the one that came first is taken', async () => {
    const body = JSON.stringify({ a: 'y'.repeat(800 * KIBIBYTE) });
    const slow = openSocket(test);
    slow.write(
      `PUT /api/v1${CMX} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body.slice(0, -10)}`,
    );
    await expect
      .poll(() => metric(test, 'tekton_http_held_bytes{of="bodies"}'))
      .toBe(body.length - 10);
    const refused = await test.rest.put(EPTS, LARGE);
    expectRefusal(refused, 'http.bodies-limit');
    expect(refused.headers.get('connection')).toBe('close');
    slow.write(body.slice(-10));
    const [answer] = (await once(slow, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect((await test.rest.put(EPTS, LARGE)).status).toBe(200);
  });

  it('an answer, readers of large ones are refused, until who does not read is cut off', async () => {
    const stalled = openSocket(test);
    stalled.pause();
    // The operating system takes the first ones, since it has room of its own.
    await vi.waitUntil(
      async () => {
        stalled.write(`GET /api/v1${EPTS} HTTP/1.1\r\nhost: x\r\n\r\n`);
        await sleep(50);
        return (await metric(test, 'tekton_http_held_bytes{of="answers"}')) > 900 * KIBIBYTE;
      },
      { timeout: 10_000 },
    );
    expectRefusal(await test.rest.get(EPTS), 'http.answers-limit');
    expect((await test.rest.get('/applications')).status).toBe(200);
    // Who has changed something is told so all the same.
    expect((await test.rest.put(EPTS, { ...LARGE, n: 1 })).status).toBe(200);
    await expect
      .poll(async () => (await test.rest.get(EPTS)).status, { timeout: 15_000 })
      .toBe(200);
  });

  it('a connection, it is closed; others go on', async () => {
    const kept = openSocket(test);
    await once(kept, 'connect');
    const sockets = Array.from({ length: 60 }, () => openSocket(test));
    const closed = sockets.map((socket) => once(socket.resume(), 'close'));
    await Promise.race(closed);
    kept.write('GET /api/v1/applications HTTP/1.1\r\nhost: x\r\n\r\n');
    const [answer] = (await once(kept, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await expect.poll(async () => (await test.rest.get(CMX)).status).toBe(200);
  });
});

it('callers that go away leave no place taken, wherever their requests are', async () => {
  const get = `GET /api/v1${CMX} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const put =
    `PUT /api/v1${CMX} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
    'content-length: 1000\r\n\r\n{"half';
  const poll = 'GET /api/v1/changes?since=0&wait=30 HTTP/1.1\r\nhost: x\r\n\r\n';
  for (const request of [get, get.repeat(3), put, get + put, poll + get, get + poll + get]) {
    for (const pauseMs of [0, 20]) {
      const socket = openSocket(test);
      socket.write(request);
      await once(socket, 'connect');
      await sleep(pauseMs);
      socket.destroy();
    }
  }
  await expect.poll(() => metric(test, 'tekton_http_requests_in_flight')).toBe(0);
  await expect.poll(() => metric(test, 'tekton_changes_waiting')).toBe(0);
  for (const of of ['bodies', 'answers']) {
    await expect.poll(() => metric(test, `tekton_http_held_bytes{of="${of}"}`)).toBe(0);
  }
});

it('room for bodies must be enough for the largest that is taken', () => {
  const environment = testEnvironment('postgres://127.0.0.1:1/test', 'nats://127.0.0.1:1', {
    HTTP_BODIES_LIMIT: '2048',
    HTTP_BODY_LIMIT: '1024',
    HTTP_BULK_BODY_LIMIT: '4096',
  });
  expect(() => loadSettings(environment)).toThrow(
    'http.bodies-limit: must be at least http.bulk-body-limit',
  );
});

it('a heap bears so many bytes of bodies', () => {
  expect(bearableBodyBytes(24 * 1024 * KIBIBYTE)).toBe(1024 * KIBIBYTE);
  expect(bearableBodyBytes()).toBeGreaterThan(1024 * KIBIBYTE);
});
