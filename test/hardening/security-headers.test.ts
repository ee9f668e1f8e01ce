import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import type { Answer, RestClient } from '../support/rest-client.js';
import { startTestTekton } from '../support/test-tekton.js';
import { untilClosed } from './closed-connection.js';
import { expectSecured } from './secured-headers.js';

const ORIGIN = 'https://dashboard.example.com';

let test: SecureTekton;
let acme: RestClient;
let reader: RestClient;
beforeAll(async () => {
  test = await startSecureTekton({
    HTTP_CORS_ORIGINS: ORIGIN,
    HTTP_BODY_LIMIT: '2048',
    HTTP_URL_LIMIT: '1024',
    HTTP_HEADER_LIMIT: '16384',
    HTTP_REQUEST_TIMEOUT: '1',
    KAA_SECURITY_TOKEN_LIMIT: '8192',
  });
  acme = await test.as('acme', {
    scope: 'application:read application:update application:delete tenant:application:create',
  });
  reader = await test.as('acme', { scope: 'application:read' });
  await acme.post('/applications', { name: 'app' });
  await acme.put(ONE, { n: 1 });
});
afterAll(() => test.stop());

const ONE = '/app-configs/applications/app?serviceInstanceName=cmx';
type Call = () => Promise<Answer>;

const withHeaders = (headers: Record<string, string>) => ({ headers });

describe('security headers stand on an answer of the API that', () => {
  it.each<[string, number, Call]>([
    ['tells something', 200, () => acme.get('/applications')],
    ['made something', 201, () => acme.post('/applications', { name: 'another' })],
    ['changed something', 200, () => acme.put(ONE, { n: 2 })],
    ['has no body', 204, () => acme.delete('/applications/another')],
    ['is to a HEAD', 200, () => acme.call('HEAD', '/applications')],
    ['is a stream', 200, () => acme.get('/bulk')],
    ['is a dry run', 200, () => acme.put(`${ONE}&dryRun=true`, { n: 3 })],
    ['says what is wrong with parameters', 400, () => acme.get('/applications?colour=red')],
    ['says what is wrong with a body', 400, () => acme.put(ONE, '{"a":')],
    ['is about a NUL in the path', 400, () => acme.get('/applications/a%00b')],
    ['cannot read the path', 400, () => acme.get('/%zz')],
    ['wants a token', 401, () => test.rest.get('/applications')],
    ['does not take a token', 401, () => bearing(test.rest, 'no').get('/applications')],
    ['wants another token', 403, () => reader.post('/applications', { name: 'more' })],
    ['finds no route', 404, () => acme.get('/nothing')],
    ['finds no application', 404, () => acme.get('/applications/none')],
    ['finds no method', 405, () => acme.delete('/applications')],
    ['is in conflict', 409, () => acme.post('/applications', { name: 'app' })],
    ['is not as expected', 412, () => acme.put(ONE, {}, withHeaders({ 'if-match': '"0"' }))],
    ['is about a large body', 413, () => acme.put(ONE, { a: 'x'.repeat(2048) })],
    ['is about a long URL', 414, () => acme.get(`/applications/${'a'.repeat(1100)}`)],
    ['is about a type', 415, () => acme.put(ONE, '{}', withHeaders({ 'content-type': 'a/b' }))],
    ['is about large headers', 431, () => acme.get('/', withHeaders({ 'x-l': 'x'.repeat(17e3) }))],
    ['describes the API', 200, () => test.rest.get('/openapi.json')],
  ])('%s (%i)', async (_, status, call) => {
    const answer = await call();
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  });

  it('has not changed (304)', async () => {
    const { headers } = await acme.get('/applications');
    const etag = headers.get('etag') ?? '';
    const answer = await acme.get('/applications', withHeaders({ 'if-none-match': etag }));
    expect(answer.status).toBe(304);
    expectSecured(answer.headers);
  });

  it('tells a browser what it may ask (204), and what it then asked', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'PUT' };
    const preflight = await test.rest.call('OPTIONS', ONE, { headers });
    expect(preflight.status).toBe(204);
    expectSecured(preflight.headers);
    const answer = await acme.get('/applications', withHeaders({ origin: ORIGIN }));
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expectSecured(answer.headers);
  });
});

describe('they stand on what is refused before it is a request:', () => {
  const head = 'GET /api/v1/applications HTTP/1.1\r\n';

  it.each([
    ['what is no HTTP', 400, 'NONSENSE\r\n\r\n'],
    ['what has no host', 400, `${head}connection: close\r\n\r\n`],
    ['a malformed path', 400, 'GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    ['what never ends', 408, `${head}host: x\r\n`],
    ['an expectation', 417, `${head}host: x\r\nexpect: the best\r\n\r\n`],
    ['large headers', 431, `${head}host: x\r\nx-long: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('%s (%i)', async (_, status, request) => {
    const answer = await untilClosed(test.rest.baseUrl, request);
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  });
});

it('they stand on answers while Tekton stops', async () => {
  const stopping = await startTestTekton();
  const { hostname, port } = new URL(stopping.rest.baseUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  socket.write(
    'PUT /api/v1/tenant-configs?serviceInstanceName=cmx HTTP/1.1\r\nhost: x\r\n' +
      'content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
  );
  await expect.poll(() => received).toContain('100 Continue');
  const stopped = stopping.stop();
  await expect
    .poll(() =>
      fetch(stopping.rest.baseUrl).then(
        () => 'up',
        () => 'down',
      ),
    )
    .toBe('down');
  socket.write('{}GET /api/v1/applications HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
  await stopped;
  const answers = received.split('HTTP/1.1 ').filter((answer) => /^[2-5]/.test(answer));
  expect(answers).toHaveLength(2);
  for (const answer of answers) expect(answer).toContain('x-frame-options: DENY');
});

describe('the page about the API', () => {
  const PAGE_POLICY = expect.stringMatching(
    /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
  ) as unknown;

  it.each(['/docs', '/docs/', '/docs/index.html'])('%s may run its own scripts', async (path) => {
    const { status, headers, text } = await test.rest.get(path);
    expect(status).toBe(200);
    expectSecured(headers, PAGE_POLICY);
    // What stands in the page itself would not run.
    expect(text).not.toMatch(/<script(?![^>]* src=)|\son[a-z]+=|javascript:/i);
  });

  it('has its files where it looks for them', async () => {
    const { text } = await test.rest.get('/docs/');
    const files = [...text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const { status, headers } = await test.rest.get(`/docs/${file}`);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/javascript|css|png/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('tells no other site what is described', async () => {
    const { text } = await test.rest.get('/docs/swagger-ui-init.js');
    expect(text).toMatch(/"validatorUrl": null/);
  });
});

describe('on the port of the management interface they stand on', () => {
  it.each([
    ['health', 'GET', '/health', undefined, 200],
    ['readiness', 'GET', '/health/ready', undefined, 200],
    ['metrics', 'GET', '/metrics', undefined, 200],
    ['HEAD', 'HEAD', '/health/live', undefined, 200],
    ['what is not there', 'GET', '/nothing', undefined, 404],
    ['what is not possible', 'POST', '/health', {}, 404],
    ['a malformed body', 'POST', '/health', '{', 400],
    ['a malformed path', 'GET', '/%zz', undefined, 400],
  ])('%s: %s %s', async (_, method, path, body, status) => {
    const answer = await test.management.call(method, path, { body });
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  });

  const HEAD = 'GET /health HTTP/1.1\r\nhost: x\r\n';

  it.each([
    ['what is no HTTP', 400, 'NONSENSE\r\n\r\n'],
    ['large headers', 431, `${HEAD}x: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('%s (%i)', async (_, status, request) => {
    await expectRefused(request, status);
  });

  // Fail: the adapter has no time-outs and no answer of its own (management/management-adapter.ts).
  it('what never ends (408)', () => expectRefused(HEAD, 408));
  it('an expectation (417)', () => expectRefused(`${HEAD}expect: it\r\n\r\n`, 417));

  async function expectRefused(request: string, status: number): Promise<void> {
    const answer = await untilClosed(test.management.baseUrl, request);
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  }
});
