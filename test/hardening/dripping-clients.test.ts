import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { untilClosed, type Drip } from './closed-connection.js';

const TIMEOUT_MS = 2000;
/** Node looks for those who are late once a second; the rest is for a busy machine. */

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({ HTTP_REQUEST_TIMEOUT: String(TIMEOUT_MS / 1000) });
});
afterAll(() => test.stop());

const PUT =
  'PUT /api/v1/tenant-configs?serviceInstanceName=cmx HTTP/1.1\r\nhost: x\r\n' +
  'content-type: application/json\r\n';

describe('a client is cut off in time that', () => {
  it.concurrent.each<[string, string, Drip?]>([
    ['says nothing', ''],
    ['sends a header letter by letter', 'GET / HTTP/1.1\r\nx: ', drip('x')],
    ['stops within the body', `${PUT}content-length: 100\r\n\r\n{`],
    ['sends a body letter by letter', `${PUT}content-length: 9999\r\n\r\n{`, drip(' ')],
    ['sends no end of empty lines', '', drip('\r\n')],
  ])('%s', async (_, request, dripping) => {
    const { status, body } = await untilClosed(test.rest.baseUrl, request, dripping);
    expect(status).toBe(408);
    expect(body).toContain('http.request-timeout');
  });

  it.concurrent('was refused already, and goes on sending what nobody reads', async () => {
    const request = PUT.replace('tenant-configs?', 'nothing?') + 'content-length: 9999\r\n\r\n{';
    const { status } = await untilClosed(test.rest.baseUrl, request, drip(' '));
    expect(status).toBe(404);
  });
});

it('others are served while hundreds drip', async () => {
  const slow = Array.from({ length: 300 }, (_, index) =>
    untilClosed(
      test.rest.baseUrl,
      index % 2 === 0 ? 'GET / HTTP/1.1\r\nx: ' : `${PUT}content-length: 9999\r\n\r\n{`,
      drip(' '),
    ),
  );
  const until = performance.now() + TIMEOUT_MS * 0.75;
  for (let served = 0; performance.now() < until; served++) {
    const answer = await test.rest.put('/tenant-configs?serviceInstanceName=epts', { served });
    expect(answer.status).toBeLessThan(300);
  }
  const answers = await Promise.all(slow);
  expect(answers.filter(({ status }) => status !== 408)).toEqual([]);
  expect((await test.rest.get('/tenant-configs?serviceInstanceName=cmx')).status).toBe(404);
});

it('a client that is slow within the time is served', async () => {
  const request = `${PUT}content-length: 11\r\nconnection: close\r\n\r\n{"slow": `;
  const { status } = await untilClosed(test.rest.baseUrl, request, {
    bytes: '1}',
    everyMs: TIMEOUT_MS / 4,
  });
  expect(status).toBe(201);
});

function drip(bytes: string): Drip {
  return { bytes, everyMs: 50 };
}
