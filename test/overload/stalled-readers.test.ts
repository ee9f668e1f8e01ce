import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { metric, openSocket, Received, requestOf } from './callers.js';

const KIBIBYTE = 1024;
const STALL_TIMEOUT_S = 2;
/** Against hanging. */
const PATIENCE = { timeout: 20_000 };

const SMALL = '/tenant-configs?serviceInstanceName=cmx';
const LARGE = '/tenant-configs?serviceInstanceName=epts';
const LARGE_BYTES = 900 * KIBIBYTE;
/** More than operating systems take for a reader who reads nothing. */
const MANY_SMALL = requestOf(SMALL).repeat(2000);
const MANY_LARGE = requestOf(LARGE).repeat(40);

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({ HTTP_STALL_TIMEOUT: String(STALL_TIMEOUT_S) });
  const put = (path: string, bytes: number) => test.rest.put(path, { text: 'x'.repeat(bytes) });
  expect((await put(SMALL, 15 * KIBIBYTE)).status).toBe(201);
  expect((await put(LARGE, LARGE_BYTES)).status).toBe(201);
});
afterAll(() => test.stop());

function inFlight(): Promise<number> {
  return metric(test, 'tekton_http_requests_in_flight');
}

/** Of a connection that goes on being open at the other end. */
async function expectNothingHeld(): Promise<void> {
  await expect.poll(inFlight, PATIENCE).toBe(0);
  expect(await metric(test, 'tekton_http_held_bytes{of="answers"}')).toBe(0);
  expect((await test.rest.get(LARGE)).status).toBe(200);
}

function readUntil(socket: Socket, isEnough: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    socket.on('data', () => {
      if (isEnough()) resolve();
    });
  });
}

/** One that reads nothing of what it asks for. */
async function openStalled(requests: string): Promise<Socket> {
  const socket = openSocket(test).pause();
  socket.write(requests);
  await expect.poll(inFlight, PATIENCE).toBeGreaterThan(0);
  return socket;
}

describe('whoever reads nothing is cut off', () => {
  it('of answers that are small', async () => {
    await openStalled(MANY_SMALL);
    await expectNothingHeld();
  });

  it('after it has read some of the answers', async () => {
    const socket = await openStalled(MANY_LARGE);
    // Once all answers are made, so that only those before are read.
    await sleep(1000);
    const received = new Received(socket.resume());
    await readUntil(socket, () => received.length > 2 * LARGE_BYTES);
    socket.pause();
    expect(await inFlight()).toBeGreaterThan(0);
    await expectNothingHeld();
  });

  it('though it goes on sending', async () => {
    const socket = await openStalled(`${MANY_LARGE}GET /`);
    const sending = setInterval(() => socket.write('a'), 200);
    try {
      await expectNothingHeld();
    } finally {
      clearInterval(sending);
    }
  });
});

describe('whoever reads is answered', () => {
  it('though a long poll stands before a large answer for longer than a stall may take', async () => {
    const { position } = (await test.rest.get('/changes')).json() as { position: number };
    const socket = openSocket(test);
    const received = new Received(socket);
    const wait = STALL_TIMEOUT_S * 2 + 1;
    socket.write(requestOf(`/changes?since=${position}&wait=${wait}`) + requestOf(LARGE));
    await expect.poll(() => received.length, PATIENCE).toBeGreaterThan(LARGE_BYTES);
    expect(received.statuses).toEqual([200, 200]);
  });

  it('though it takes its time now and then', async () => {
    const socket = openSocket(test);
    const received = new Received(socket);
    const answers = 30;
    socket.write(requestOf(LARGE).repeat(answers));
    const closed = once(socket, 'close');
    for (let round = 1; round <= 6 && !socket.destroyed; round++) {
      socket.pause();
      await sleep(700);
      const isRead = readUntil(socket, () => received.length >= round * 5 * LARGE_BYTES);
      socket.resume();
      await Promise.race([isRead, closed]);
    }
    expect(received.statuses).toEqual(Array(answers).fill(200));
  });
});

describe('what is no request', () => {
  it('is refused once, after the answers to the requests before it', async () => {
    const socket = openSocket(test);
    const received = new Received(socket);
    socket.write(`${requestOf(LARGE).repeat(5)}NONSENSE\r\n\r\n`);
    await once(socket, 'close');
    expect(received.statuses).toEqual([200, 200, 200, 200, 200, 400]);
  });

  it('does not keep the connections of those who do not close theirs', async () => {
    const open = () => metric(test, 'nodejs_active_resources{type="TCPSocketWrap"}');
    const before = await open();
    const count = 60;
    const sockets = Array.from({ length: count }, () => openSocket(test, { allowHalfOpen: true }));
    const ends = sockets.map((socket) => once(socket.resume(), 'end'));
    for (const socket of sockets) socket.write('NONSENSE\r\n\r\n');
    await Promise.all(ends);
    // Both ends are of this process; what else it has open comes and goes.
    await expect.poll(open, PATIENCE).toBeLessThan(before + count + count / 2);
  });

  it('does not keep the connection of one who reads nothing, however much comes', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const socket = await openStalled(MANY_LARGE);
    const sending = setInterval(() => socket.write('NONSENSE\r\n\r\n'), 20);
    try {
      await expectNothingHeld();
      await expect.poll(() => socket.destroyed, PATIENCE).toBe(true);
    } finally {
      clearInterval(sending);
      process.off('warning', note);
    }
    expect(warnings).toEqual([]);
  });
});
