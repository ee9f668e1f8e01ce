import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase, databaseUrl, withDatabase } from '../support/database.js';
import { TektonProcess } from '../support/tekton-process.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const url = await createDatabase(inject('postgresUrl'), { migrated: false });
  return testEnvironment(url, nats.nats.url, { LOG_LEVEL: 'info', ...more });
}

describe('the built Tekton', () => {
  it('migrates an empty database, serves, and ends with 0 on SIGTERM', async () => {
    const tekton = new TektonProcess(await environment());
    const rest = await tekton.serving();
    expect((await rest.get('/service-instances')).status).toBe(200);
    expect((await rest.get('/applications')).json()).toEqual([]);
    tekton.signal('SIGTERM');
    expect(await tekton.end()).toMatchObject({ code: 0, stderr: '' });
  });

  it('migrates once when three start together', async () => {
    const shared = await environment();
    const replicas = [1, 2, 3].map(() => new TektonProcess(shared));
    const clients = await Promise.all(replicas.map((replica) => replica.serving()));
    for (const client of clients) expect((await client.get('/applications')).status).toBe(200);
    const migrated = replicas.filter(({ stdout }) => stdout.includes('The database was migrated'));
    expect(migrated).toHaveLength(1);
    for (const replica of replicas) replica.signal('SIGTERM');
    for (const replica of replicas) expect(await replica.end()).toMatchObject({ code: 0 });
  });

  it('stops once all is answered, although clients keep their connections', async () => {
    const tekton = new TektonProcess(await environment({ SERVICE_GRACEFUL_SHUTDOWN: '3600' }));
    const { baseUrl } = await tekton.serving();
    const port = Number(new URL(baseUrl).port);
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let answered = '';
    socket.on('data', (text: string) => (answered += text));
    // As load balancers keep them in store.
    const unused = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(
      'PUT /api/v1/tenant-configs?serviceInstanceName=cmx HTTP/1.1\r\nhost: tekton\r\n' +
        'content-type: application/json\r\ncontent-length: 8\r\n\r\n{"n"',
    );
    // It reads the first half by then.
    await expect.poll(async () => (await fetch(`${baseUrl}/service-instances`)).status).toBe(200);
    tekton.signal('SIGTERM');
    await expect.poll(() => fetch(baseUrl).catch(() => 'refused')).toBe('refused');
    socket.write(': 1}');
    expect(await tekton.end()).toMatchObject({ code: 0, stderr: '' });
    expect(answered).toMatch(/^HTTP\/1.1 201 /);
    socket.destroy();
    unused.destroy();
  });

  it('serves the API and management on one port where the settings say so', async () => {
    const port = '18473';
    const tekton = new TektonProcess(await environment({ PORT: port, MANAGEMENT_PORT: port }));
    const rest = await tekton.serving();
    const base = rest.baseUrl.replace('/api/v1', '');
    expect((await fetch(`${base}/health`)).status).toBe(200);
    expect((await fetch(`${base}/metrics`)).status).toBe(200);
    expect((await fetch(`${base}/api/v1/health`)).status).toBe(404);
    tekton.signal('SIGINT');
    expect(await tekton.end()).toMatchObject({ code: 0 });
  });

  it('does not start with faulty settings: 78, and every fault in one message', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tekton-settings-')), 'service-config.yml');
    writeFileSync(
      file,
      'http: {port: many}\nnonsense: 1\nkaa.service-instances: {epts: {serviceName: EPTS, appConfigurationSchema: {type: 5}}}\n',
    );
    const tekton = new TektonProcess({ TEKTON_CONFIG_FILE: file });
    const { code, stderr } = await tekton.end();
    expect(code).toBe(78);
    for (const place of [
      'http.port: ',
      'nonsense: ',
      'database.url: ',
      'kaa.security.enabled: ',
      'kaa.service-instances.epts.serviceGroup: ',
      'kaa.service-instances.epts.appConfigurationSchema: ',
    ]) {
      expect(stderr).toContain(place);
    }
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('waits for a database that is late, says why, and serves once it is there', async () => {
    const url = databaseUrl(inject('postgresUrl'), 'late_database');
    const tekton = new TektonProcess(testEnvironment(url, nats.nats.url, { LOG_LEVEL: 'info' }));
    await expect
      .poll(() => tekton.stdout, { timeout: 10_000 })
      .toContain('The database cannot be used yet');
    await withDatabase(inject('postgresUrl'), 'postgres', (client) =>
      client.query('CREATE DATABASE late_database TEMPLATE template0'),
    );
    const rest = await tekton.serving();
    expect((await rest.get('/applications')).status).toBe(200);
    tekton.signal('SIGTERM');
    expect(await tekton.end()).toMatchObject({ code: 0 });
  });

  it('refuses a database that a newer Tekton has migrated', async () => {
    const url = await createDatabase(inject('postgresUrl'));
    const { pathname } = new URL(url);
    await withDatabase(url, pathname.slice(1), (client) =>
      client.query(`INSERT INTO migrations (timestamp, name) VALUES (9, 'FromTheFuture9')`),
    );
    const tekton = new TektonProcess(testEnvironment(url, nats.nats.url));
    const { code, stderr } = await tekton.end();
    expect(code).toBe(1);
    expect(stderr).toContain('FromTheFuture9');
  });

  it('stops within the graceful time although callers do not come to their end', async () => {
    const tekton = new TektonProcess(await environment({ SERVICE_GRACEFUL_SHUTDOWN: '1' }));
    const rest = await tekton.serving();
    const document = { pad: 'x'.repeat(1_000_000) };
    for (let index = 0; index < 30; index++) {
      await rest.post('/applications', { name: `app${index}` });
      await rest.put(`/app-configs/applications/app${index}?serviceInstanceName=cmx`, document);
    }
    const { hostname, port } = new URL(rest.baseUrl);
    const open = (request: string) => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(request);
      return socket;
    };
    const reader = open('GET /api/v1/bulk HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(reader, 'data');
    reader.pause();
    const writer = open(
      'PUT /api/v1/tenant-configs?serviceInstanceName=cmx HTTP/1.1\r\nhost: x\r\n' +
        'content-type: application/json\r\ncontent-length: 100\r\n' +
        'expect: 100-continue\r\n\r\n',
    );
    await once(writer, 'data');
    tekton.signal('SIGTERM');
    expect(await tekton.end()).toMatchObject({ code: 0 });
    reader.destroy();
    writer.destroy();
  });

  it('ends at once on a second signal', async () => {
    const tekton = new TektonProcess(await environment({ SERVICE_GRACEFUL_SHUTDOWN: '3600' }));
    const rest = await tekton.serving();
    const { hostname, port } = new URL(rest.baseUrl);
    const writer = connect(Number(port), hostname).on('error', () => undefined);
    // Waits for a body that does not come.
    writer.write(
      'PUT /api/v1/tenant-configs?serviceInstanceName=cmx HTTP/1.1\r\nhost: x\r\n' +
        'content-type: application/json\r\ncontent-length: 9\r\n' +
        'expect: 100-continue\r\n\r\n',
    );
    // The server has the request, and says to go on.
    await once(writer, 'data');
    tekton.signal('SIGTERM');
    await expect
      .poll(() =>
        rest.get('/applications').then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down');
    tekton.signal('SIGTERM');
    expect(await tekton.end()).toMatchObject({ code: 1 });
    writer.destroy();
  });
});
