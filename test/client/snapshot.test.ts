import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from 'tekton-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { ClientTest } from './watched-client.js';

describe('a snapshot', () => {
  let test: ClientTest;
  let gate: Gate;
  let folder: string;
  let snapshotFile: string;
  /** What reaches Tekton through the gate. */
  let options: { url: string; snapshotFile: string };

  beforeAll(async () => {
    test = await ClientTest.start();
    gate = await Gate.before(Number(new URL(test.test.tekton.restUrl).port));
    await test.addApplication('smart');
  });
  afterAll(async () => {
    gate.close();
    await test.stop();
  });
  beforeEach(() => {
    gate.open();
    folder = mkdtempSync(join(tmpdir(), 'tekton-client-'));
    snapshotFile = join(folder, 'snapshot');
    options = { url: `http://127.0.0.1:${gate.port}`, snapshotFile };
  });
  afterEach(async () => {
    await test.closeClients();
    rmSync(folder, { recursive: true });
  });

  const writeSnapshot = async () => {
    await test.started(options);
    await test.closeClients();
  };

  it('is what a service starts with while Tekton is away, until it is back', async () => {
    const before = Date.now();
    await writeSnapshot();
    await test.put('/applications/smart', { timeSeries: [] });
    gate.shut();
    const watched = test.client({ ...options, limits: { startTimeout: 100 } });
    await watched.client.start();
    expect(watched.client.config({ appName: 'smart' })).toEqual({ autoExtraction: true });
    expect(watched.all('upsert').map(({ cause }) => cause)).toEqual(['snapshot', 'snapshot']);
    expect(watched.all('snapshot')).toEqual([
      { savedAt: expect.any(Date) as Date, ageMs: expect.any(Number) as number, configurations: 2 },
    ]);
    const { savedAt = new Date(0), ageMs = 0 } = watched.all('snapshot')[0] ?? {};
    expect(savedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(savedAt.getTime() + ageMs).toBeLessThanOrEqual(Date.now());
    expect(watched.client.status).toMatchObject({ source: 'snapshot', snapshotSavedAt: savedAt });
    expect(await watched.metric('snapshot_age_seconds')).toBeGreaterThan(0);

    gate.open();
    await expect
      .poll(() => watched.client.config({ appName: 'smart' }))
      .toEqual({ timeSeries: [] });
    expect(watched.all('upsert').at(-1)).toMatchObject({
      cause: 'start',
      previous: { autoExtraction: true },
    });
    expect(watched.client.status).toMatchObject({ source: 'tekton', snapshotSavedAt: undefined });
    expect(await watched.metric('snapshot_age_seconds')).toBe(0);
    // What was the same in the snapshot was not applied again.
    expect(watched.all('upsert')).toHaveLength(3);
    await test.put('/applications/smart', { autoExtraction: true });
  });

  it('is written for this user alone, as a whole, and soon after a change', async () => {
    const watched = await test.started(options);
    await expect.poll(() => readdirSync(folder)).toEqual(['snapshot']);
    expect(statSync(snapshotFile).mode & 0o777).toBe(0o600);
    await test.put('/applications/smart/app-versions/smart-v1', { path: '/new' });
    await expect.poll(() => readFileSync(snapshotFile, 'utf8')).toContain('"path":"/new"');
    expect(readdirSync(folder)).toEqual(['snapshot']);
    expect(watched.all('problem')).toEqual([]);
  });

  it('is not needed where Tekton is there', async () => {
    await writeSnapshot();
    const watched = await test.started(options);
    expect(watched.all('snapshot')).toEqual([]);
    expect(watched.all('upsert').map(({ cause }) => cause)).toEqual(['start', 'start']);
  });

  it('keeps what another JSON than the built-in one makes of documents', async () => {
    const json = {
      parse: (text: string): unknown => JSON.parse(text.replace(/(?<=:)\d{17,}/g, '"exactly $&"')),
      stringify: (value: unknown) => JSON.stringify(value).replace(/"exactly (\d+)"/g, '$1'),
    };
    const path = '/app-configs/applications/smart?serviceInstanceName=cmx';
    await test.test.rest.put(path, '{"serial":12345678901234567890}');
    const exact = { ...options, json, serviceInstanceName: 'cmx' };
    const value = { serial: 'exactly 12345678901234567890' };
    const watched = await test.started(exact);
    expect(watched.client.config({ appName: 'smart' })).toEqual(value);
    await test.closeClients();
    expect(readFileSync(snapshotFile, 'utf8')).toContain('"serial":12345678901234567890');
    gate.shut();
    const again = test.client({ ...exact, limits: { startTimeout: 0 } });
    await again.client.start();
    expect(again.client.config({ appName: 'smart' })).toEqual(value);
  });

  it.each([
    ['damaged', (text: string) => text.replace('autoExtraction', 'autoextraction'), 'is damaged'],
    ['cut off', (text: string) => text.slice(0, -80), 'is damaged or incomplete'],
    ['empty', () => '', 'is damaged or incomplete'],
  ])('that is %s is told, and not used', async (_what, harm, why) => {
    await writeSnapshot();
    writeFileSync(snapshotFile, harm(readFileSync(snapshotFile, 'utf8')));
    const watched = await test.started(options);
    expect(watched.all('problem')[0]?.message).toContain(why);
    expect(watched.client.status.source).toBe('tekton');
    await test.closeClients();
    expect(readFileSync(snapshotFile, 'utf8')).toContain('autoExtraction');
  });

  it('of another service instance is not used', async () => {
    await writeSnapshot();
    const watched = await test.started({ ...options, serviceInstanceName: 'cmx' });
    expect(watched.all('problem')[0]?.message).toContain('is that of the service instance epts');
  });

  it('that cannot be written is told, and does not stop anything', async () => {
    const watched = await test.started({ ...options, snapshotFile: join(folder, 'no', 'folder') });
    await expect.poll(() => watched.all('problem').length).toBeGreaterThan(0);
    expect(watched.all('problem')[0]?.message).toContain('cannot be written');
    await test.put('/applications/smart/app-versions/smart-v1', { path: '/still' });
    await expect
      .poll(() => watched.client.config({ appVersionName: 'smart-v1' }))
      .toEqual({ path: '/still' });
  });

  it('lets a service start that Tekton refuses, which else does not start', async () => {
    const refusing = { ...options, serviceInstanceName: 'unknown', snapshotFile };
    const refused = test.client({ ...refusing });
    await expect(refused.client.start()).rejects.toThrow(RefusedError);
    await expect(refused.client.start()).rejects.toThrow(/answered with 404: .*unknown/);

    await writeSnapshot();
    // As if the instance had gone from Tekton's settings.
    const lines = readFileSync(snapshotFile, 'utf8').replace('"epts"', '"unknown"').split('\n');
    const { createHash } = await import('node:crypto');
    const content = `${lines.slice(0, -2).join('\n')}\n`;
    const digest = createHash('sha256').update(content).digest('hex');
    writeFileSync(snapshotFile, `${content}${digest}\n`);
    const watched = test.client(refusing);
    await watched.client.start();
    expect(watched.client.status.source).toBe('snapshot');
    expect(watched.client.config({ appName: 'smart' })).toEqual({ autoExtraction: true });
  });
});
