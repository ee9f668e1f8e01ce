import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TektonClientOptions } from 'tekton-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { ClientTest } from './watched-client.js';

const NEVER = new Promise<never>(() => undefined);

describe('a client that is closed', () => {
  let test: ClientTest;
  let gate: Gate;
  /** Takes connections and says nothing. */
  let silent: { port: number; close: () => void };
  const folder = mkdtempSync(join(tmpdir(), 'tekton-client-'));

  beforeAll(async () => {
    test = await ClientTest.start();
    await test.addApplication('smart');
    gate = await Gate.before(Number(new URL(test.test.tekton.restUrl).port));
    gate.open();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    silent = { port, close: () => server.close() };
  });
  afterEach(async () => {
    gate.open();
    await test.closeClients();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    gate.close();
    silent.close();
    await test.stop();
  });

  const at = (port: number) => `http://127.0.0.1:${port}`;
  const LONG = { requestTimeout: 60_000, retryLast: 60_000, startTimeout: 60_000 };

  it.each<[string, () => Partial<TektonClientOptions>]>([
    ['Tekton is silent', () => ({ url: at(silent.port) })],
    ['a token is waited for', () => ({ token: () => NEVER })],
    [
      'an issuer is silent',
      () => ({ token: { issuer: at(silent.port), clientId: 'a', clientSecret: 'b' } }),
    ],
    ['Tekton is away', () => ({ url: at(1), limits: { ...LONG, retryFirst: 60_000 } })],
  ])('while %s at the start ends at once, and the start with it', async (_what, options) => {
    const { client } = test.client({ limits: LONG, ...options() });
    const starting = expect(client.start()).rejects.toThrow('The Tekton client was closed');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.close();
    await starting;
  });

  it.each<[string, () => Partial<TektonClientOptions>]>([
    ['NATS is silent', () => ({ nats: `nats://127.0.0.1:${silent.port}` })],
    ['NATS is away, by a long poll', () => ({ nats: 'nats://127.0.0.1:1' })],
    ['all is well', () => ({})],
  ])('while %s ends at once, and keeps what was in force', async (_what, options) => {
    const { client } = test.client({ limits: LONG, ...options() });
    await client.start();
    await expect.poll(() => client.status.position).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.close();
    expect(client.config({ appName: 'smart' })).toEqual({ autoExtraction: true });
    await client.close();
    await expect(client.start()).resolves.toBeUndefined();
  });

  it('waits for what is being applied, and writes it', async () => {
    let finish: () => void = () => undefined;
    const applying = new Promise<void>((resolve) => (finish = resolve));
    const snapshotFile = join(folder, 'snapshot');
    const watched = await test.started({
      snapshotFile,
      apply: ({ cause }) => (cause === 'start' ? undefined : applying),
    });
    await test.put('/applications/smart', { autoExtraction: false });
    await expect.poll(() => watched.metric('reads_total', { what: 'configuration' })).toBe(1);
    let isClosed = false;
    const closing = watched.client.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    finish();
    await closing;
    gate.shut();
    const next = test.client({ snapshotFile, url: at(gate.port), limits: { startTimeout: 0 } });
    await next.client.start();
    expect(next.client.config({ appName: 'smart' })).toEqual({ autoExtraction: false });
    gate.open();
    await test.put('/applications/smart', { autoExtraction: true });
  });

  it('cannot be started again, or for the first time', async () => {
    const { client } = test.client();
    await client.close();
    await expect(client.start()).rejects.toThrow('The Tekton client was closed');
  });
});
