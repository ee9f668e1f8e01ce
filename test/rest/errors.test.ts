import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/rest-client.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton({
    HTTP_BODY_LIMIT: '2048',
    HTTP_BULK_BODY_LIMIT: '4096',
    HTTP_URL_LIMIT: '1024',
    HTTP_HEADER_LIMIT: '8192',
    HTTP_JSON_DEPTH_LIMIT: '10',
    HTTP_JSON_KEY_LIMIT: '100',
    HTTP_BULK_JSON_KEY_LIMIT: '120',
    HTTP_REQUEST_TIMEOUT: '1',
  });
  await test.rest.post('/applications', { name: 'app' });
});
afterAll(() => test.stop());

const ONE = '/app-configs/applications/app?serviceInstanceName=cmx';
const MISSING = ONE.replace('app?', 'none?');

describe('every answer', () => {
  it('has a correlation ID: the caller’s if that is usable, else a UUID', async () => {
    const headers = { 'x-correlation-id': 'my-call/1' };
    const own = await test.rest.get('/applications', { headers });
    expect(own.headers.get('x-correlation-id')).toBe('my-call/1');
    for (const unusable of ['', 'with space', 'x'.repeat(129)]) {
      const answer = await test.rest.get('/nothing', { headers: { 'x-correlation-id': unusable } });
      expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-/);
    }
  });

  it('is the same at the path that an ingress of Kaa uses', async () => {
    const { origin } = new URL(test.rest.baseUrl);
    const inside = await fetch(`${origin}/api/v1/service-instances?include=appConfigurationSchema`);
    const outside = await fetch(
      `${origin}/tekton/api/v1/service-instances?include=appConfigurationSchema`,
    );
    expect(await outside.text()).toBe(await inside.text());
    expect((await fetch(`${origin}/tektonapi/v1/service-instances`)).status).toBe(404);
  });

  it('is the same with a slash at the end of the path', async () => {
    expect((await test.rest.get('/applications/')).text).toBe(
      (await test.rest.get('/applications')).text,
    );
  });

  it('must not be kept by caches without asking', async () => {
    const answer = await test.rest.get('/applications');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('what cannot be routed', () => {
  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/applications/app/nothing', 404],
    ['DELETE', '/applications', 405],
    ['POST', '/service-instances', 405],
    ['PUT', '/app-configs/applications/app/history/1?serviceInstanceName=cmx', 405],
    ['GET', '/%zz', 400],
    ['GET', `/applications/${'a'.repeat(1100)}`, 414],
  ])('%s %.80s is answered with %i', async (method, path, status) => {
    const answer = await test.rest.call(method, path);
    expect(answer.status).toBe(status);
    expectErrorForm(answer);
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET/);
  });

  it('headers over the limit are answered with 431', async () => {
    const answer = await test.rest.get('/applications', {
      headers: { 'x-long': 'x'.repeat(9000) },
    });
    expect(answer.status).toBe(431);
    expectErrorForm(answer);
  });

  it('what is no HTTP is answered with 400, and what does not come to its end with 408', async () => {
    expect(await sendRaw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*application\/json/s);
    const late = await sendRaw('GET /api/v1/applications HTTP/1.1\r\nhost: x\r\n');
    expect(late).toMatch(/^HTTP\/1\.1 408 .*http\.request-timeout/s);
  });
});

describe('parameters', () => {
  it.each([
    ['/applications?colour=red', ['colour']],
    ['/applications?tenantId=kaa&tenantId=kaa', ['tenantId']],
    ['/applications?tenantId=', ['tenantId']],
    ['/applications/NO?tenantId=%20&x=1', ['x', 'appName', 'tenantId']],
    ['/service-instances?include=appConfigurationSchema,nothing', ['include']],
    [`${ONE}&dryRun=true`, ['dryRun']],
  ])('of %s are refused, each with what is wrong', async (path, places) => {
    const answer = await test.rest.get(path);
    expect(answer.status).toBe(400);
    const { errors } = answer.json() as { errors: { path: string }[] };
    expect(errors.map((error) => error.path)).toEqual(places);
  });

  it('that are lists may be repeated or have commas', async () => {
    const fields = ['appConfigurationSchema', 'appVersionConfigurationSchema'];
    const commas = await test.rest.get(`/service-instances/epts?include=${fields.join(',')}`);
    const repeated = await test.rest.get(
      `/service-instances/epts?${fields.map((field) => `include=${field}`).join('&')}`,
    );
    expect(commas.text).toBe(repeated.text);
    for (const field of fields) expect(commas.json()).toHaveProperty(field);
    expect((await test.rest.get('/service-instances/epts')).json()).toEqual({
      name: 'epts',
      serviceName: 'EPTS',
      serviceGroup: 'Data collection',
      description: 'Time series',
      urlPrefix: '/epts',
      appConfigurationSchemaPresent: true,
      appVersionConfigurationSchemaPresent: true,
      tenantConfigurationSchemaPresent: false,
    });
  });
});

describe('bodies', () => {
  const deep = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
  const wide = (keys: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, 1])));

  it.each([
    ['no JSON', '{"a":', 400],
    ['no object', '[1]', 400],
    ['empty', '', 400],
    ['with a name twice', '{"a":1,"\\u0061":2}', 400],
    ['with invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['too deep', deep(11), 400],
    ['with too many keys', wide(101), 400],
    ['too large', JSON.stringify({ a: 'x'.repeat(2048) }), 413],
  ])('that are %s are refused', async (_, body, status) => {
    const answer = await test.rest.put(ONE, body);
    expect(answer.status).toBe(status);
    expectErrorForm(answer);
    // A missing application is told first, whatever the body.
    expect((await test.rest.put(MISSING, body)).status).toBe(404);
  });

  it('at the limits are taken', async () => {
    for (const body of [deep(10), wide(100), `{"a":"${'x'.repeat(2048 - 8)}"}`]) {
      expect((await test.rest.put(ONE, body)).status).toBeLessThan(300);
    }
  });

  it('without a length are held to the limit while they come', async () => {
    const chunk = `${(1000).toString(16)}\r\n${' '.repeat(1000)}\r\n`;
    const head = `PUT /api/v1${ONE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(await sendRaw(head + chunk.repeat(3))).toMatch(/^HTTP\/1\.1 413 .*http\.body-limit/s);
  });

  it.each([
    ['text/plain', 415],
    ['nonsense', 415],
    ['application/merge-patch+json', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset="UTF-8"', 200],
    ['APPLICATION/JSON', 200],
  ])('of the type %s are answered with %i', async (type, status) => {
    await test.rest.put(ONE, { n: 1 });
    const headers = { 'content-type': type };
    const answer = await test.rest.put(ONE, '{"n":1}', { headers });
    expect(answer.status).toBe(status);
    if (status !== 200) expectErrorForm(answer);
  });

  it('that are compressed are refused', async () => {
    const answer = await test.rest.put(ONE, '{}', { headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(415);
  });

  it('of loads have limits of their own', async () => {
    const load = (...documents: string[]) =>
      test.rest.post(
        '/app-configs',
        `{"cmx":{"kaa":{"applications":{${documents
          .map((document, index) => `"app${index}":${document}`)
          .join(',')}}}}}`,
      );
    const long = (length: number) => JSON.stringify({ a: 'x'.repeat(length) });
    expect((await load(long(1500), long(1500))).status).toBe(200);
    expect((await load(long(1500), long(1500), long(1500))).status).toBe(413);
    expect((await load(wide(55), wide(55))).status).toBe(200);
    expect((await load(wide(65), wide(65))).status).toBe(400);
  });

  it('make no document that a single call could not make', async () => {
    const bulk = await test.rest.post(
      '/app-configs',
      `{"cmx":{"kaa":{"applications":{"app":${deep(11)},"app2":${wide(101)}}}}}`,
    );
    expect(bulk.json()).toMatchObject({
      errors: [
        { path: '/cmx/kaa/applications/app', message: expect.stringContaining('depth') as unknown },
        { path: '/cmx/kaa/applications/app2', message: expect.stringContaining('keys') as unknown },
      ],
    });
    await test.rest.put(ONE, { a: 'x'.repeat(1500) });
    const patched = await test.rest.patch(ONE, { b: 'x'.repeat(1500) });
    expect(patched.status).toBe(400);
    expect(patched.text).toContain('http.body-limit');
    const all = ONE.replace(/\?.*/, '');
    expect((await test.rest.put(all, `{"cmx":${deep(10)}}`)).status).toBe(200);
    expect((await test.rest.put(all, `{"cmx":${deep(11)}}`)).status).toBe(400);
  });
});

function expectErrorForm(answer: Answer): void {
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-correlation-id')).not.toBeNull();
  const { message, errors, ...rest } = answer.json() as { message: string; errors?: unknown[] };
  expect(message.length).toBeGreaterThan(10);
  expect(errors ?? []).toBeInstanceOf(Array);
  expect(rest).toEqual({});
}

/** What the server answers to these bytes, until it closes the connection. */
function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(test.rest.baseUrl);
    const socket = createConnection({ host: hostname, port: Number(port) }, () => {
      socket.write(bytes);
    });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('close', () => {
      resolve(answer);
    });
    socket.once('error', reject);
  });
}
