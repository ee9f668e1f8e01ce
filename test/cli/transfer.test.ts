import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NarrowWay } from '../support/narrow-way.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

const NOTHING = { applications: { created: 0 }, appVersions: { created: 0 } };

describe('tekton export and load', () => {
  let test: TestTekton;
  let other: TestTekton;
  let shell: Shell;

  beforeAll(async () => {
    [test, other] = await Promise.all([startTestTekton(), startTestTekton()]);
    shell = new Shell({ TEKTON_URL: withoutVersion(test.rest.baseUrl) });
    await test.rest.post('/applications', { name: 'kettle' });
    const at = '/app-configs/applications/kettle?serviceInstanceName=cmx';
    await test.rest.put(at, '{"limit":1.10,"big":12345678901234567890}');
    await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { retention: 30 });
  });
  afterAll(async () => {
    shell.remove();
    await Promise.all([test.stop(), other.stop()]);
  });

  it('carries all of a tenant over, number by number', async () => {
    const exported = await shell.tekton('export --file tenant.json');
    expect(exported).toEqual({ code: 0, stdout: '', stderr: 'Exported to tenant.json\n' });
    const text = readFileSync(join(shell.folder, 'tenant.json'), 'utf8');
    expect(text).toContain('"limit":1.10,"big":12345678901234567890');

    const unchanged = await shell.tekton('load --file tenant.json');
    expect(JSON.parse(unchanged.stdout)).toMatchObject({
      ...NOTHING,
      configurations: { created: 0, updated: 0, deleted: 0, unchanged: 1 },
    });
    const there = ['--url', withoutVersion(other.rest.baseUrl)];
    const rehearsed = await shell.tekton(['load', '-f', 'tenant.json', '--dry-run', ...there]);
    expect(rehearsed.stderr).toMatch(/^Dry run: nothing was changed\. kaa\.v1/);
    const loaded = await shell.tekton(['load', '-f', 'tenant.json', ...there]);
    expect(JSON.parse(loaded.stdout)).toMatchObject({ configurations: { created: 1 } });
    const got = await shell.tekton(['get', 'cmx', 'kettle', ...there]);
    expect(got.stdout).toContain('"limit": 1.10,\n  "big": 12345678901234567890');
  });

  it('copies a cluster through a pipe, also as YAML', async () => {
    const there = ['--url', withoutVersion(other.rest.baseUrl)];
    const { stdout: cluster } = await shell.tekton('export --cluster');
    const copied = await shell.tekton(['load', '--cluster', ...there], cluster);
    expect(copied.code).toBe(0);
    expect((await shell.tekton(['get', 'cmx', ...there])).stdout).toContain('"retention": 30');
    const { stdout: yaml } = await shell.tekton('export --cluster --output yaml');
    expect(yaml).toContain('limit: 1.10');
    const again = await shell.tekton(['load', '--cluster', ...there], yaml);
    expect(JSON.parse(again.stdout)).toMatchObject({ configurations: { unchanged: 2 } });
  });

  it('tells every fault of a load, and stores nothing of it', async () => {
    const set = { cmx: { kaa: { applications: { fresh: { a: 1 }, 'a b': {} } } }, nobody: {} };
    const { code, stderr } = await shell.tekton('load', JSON.stringify(set));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^ {2}\/cmx\/kaa\/applications\/a b: /m);
    expect(stderr).toMatch(/^ {2}\/nobody: /m);
    expect((await shell.tekton('versions fresh')).code).toBe(5);
  });

  it('ends quietly when whoever reads the export goes away', async () => {
    const exporting = shell.start('export --cluster');
    exporting.process.stdout.destroy();
    const { code, stderr } = await exporting.ended;
    expect(code).toBe(141);
    expect(stderr).toBe('');
  });

  it('leaves no half file of an export that was cut off or interrupted', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"cmx":');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = () => shell.start(['export', '--file', 'half.json', '--url', url]);
    const begun = () => readdirSync(shell.folder).some((name) => name.startsWith('half.json.part'));

    const interrupted = started();
    await expect.poll(begun).toBe(true);
    interrupted.process.kill('SIGINT');
    expect((await interrupted.ended).code).toBe(130);
    expect(begun()).toBe(false);

    const cut = started();
    await expect.poll(begun).toBe(true);
    server.closeAllConnections();
    expect((await cut.ended).code).toBe(6);
    expect(begun()).toBe(false);
    expect(existsSync(join(shell.folder, 'half.json'))).toBe(false);
  });

  it('writes to standard output where it is asked to', async () => {
    const { stdout } = await shell.tekton('export --file -');
    expect(JSON.parse(stdout)).toHaveProperty('cmx.kaa.applications.kettle');
  });

  it('says that the file cannot be written', async () => {
    const { code, stderr } = await shell.tekton('export --file no/such/folder.json');
    expect(stderr).toMatch(/no\/such\/folder\.json cannot be written: ENOENT/);
    expect(code).toBe(2);
  });

  it('stores nothing of a load that was interrupted on its way', async () => {
    // It would take ten seconds.
    const way = await NarrowWay.to(Number(new URL(test.rest.baseUrl).port), 100_000);
    onTestFinished(() => {
      way.close();
    });
    const applications = { halfway: { text: 'x'.repeat(1_000_000) } };
    const loading = shell.start(['load', '--url', `http://127.0.0.1:${way.port}`]);
    loading.process.stdin.end(JSON.stringify({ cmx: { kaa: { applications } } }));
    await sleep(1500);
    loading.process.kill('SIGINT');
    expect((await loading.ended).code).toBe(130);
    expect((await shell.tekton('versions halfway')).code).toBe(5);
  });
});
