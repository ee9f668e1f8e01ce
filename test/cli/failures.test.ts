import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

describe('tekton says what is wrong', () => {
  let test: TestTekton;

  beforeAll(async () => {
    test = await startTestTekton();
    await test.rest.post('/applications', { name: 'kettle' });
  });
  afterAll(() => test.stop());

  const shellFor = (url = withoutVersion(test.rest.baseUrl)) => Shell.inTest({ TEKTON_URL: url });

  it.each<[string, string, RegExp]>([
    ['no such command', 'gett epts', /^tekton: Did you mean get\?/],
    ['nothing at all to do', '--output json', /Say what to do/],
    ['what is missing', 'get', /Not enough non-option arguments: got 0, need at least 1/],
    ['an unknown option', 'get epts --verbose', /Unknown argument: verbose/],
    ['an unknown format', 'get epts --output xml', /Invalid values/],
    ['no number', 'history epts --limit many', /--limit takes a number/],
    ['no time', 'instances --timeout 0', /--timeout takes seconds/],
    ['no URL', 'instances --url kaa', /"kaa" is no URL of Tekton/],
    ['no file', 'put epts kettle --file nowhere.json', /nowhere\.json cannot be read: ENOENT/],
    ['two things that exclude each other', 'diff epts --file a --revision 1', /Give --file, or/],
    ['a name that is a path', 'get epts ..', /"\.\." is no name/],
    ['no count', 'watch epts --count 0', /--count takes a number from 1/],
    ['no issuer', 'login', /Give --issuer \(TEKTON_ISSUER\), --client-id/],
  ])('%s: exit code 2, and nothing sent', async (_what, line, message) => {
    const { code, stdout, stderr } = await shellFor('http://127.0.0.1:9').tekton(line);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['empty', ' \n', /it is empty/],
    ['two documents', 'a: 1\n---\nb: 2\n', /more than one YAML document/],
    ['no YAML', 'a: [1\n', /bad\.yaml: /],
    ['what JSON cannot say', 'a: .inf\n', /JSON has nothing to say Infinity with/],
    ['merge keys', 'a: &a {b: 1}\nc: {<<: *a}\n', /merge keys \(<<\) are not known/],
    ['too many levels', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, /it is nested too deeply/],
    ['other characters', Buffer.from([0x61, 0x3a, 0xff]), /it is not UTF-8/],
    [
      'a bomb of aliases',
      `a: &a [1,1,1,1,1,1,1,1,1,1]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\n`,
      /its aliases stand for more than 1000000 values/,
    ],
  ])('a file with %s', async (_what, content, message) => {
    const shell = shellFor();
    shell.file('bad.yaml', content);
    const { code, stderr } = await shell.tekton('put cmx kettle --file bad.yaml');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('all the faults of a document, also as JSON', async () => {
    const faulty = '{"versions":{},"autoExtraction":7}';
    const people = await shellFor().tekton('put epts kettle', faulty);
    expect(people.code).toBe(3);
    expect(people.stderr.split('\n')[0]).toMatch(/^tekton: /);
    const scripts = await shellFor().tekton('put epts kettle -o json', faulty);
    expect(scripts.code).toBe(3);
    const { error } = JSON.parse(scripts.stderr) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ exitCode: 3, status: 400 });
    expect(error.correlationId).toEqual(expect.any(String));
    const faults = error.errors as { path: string; message: string }[];
    expect(faults.length).toBeGreaterThan(0);
    for (const { path, message } of faults)
      expect(people.stderr).toContain(`\n  ${path === '' ? '/' : path}: ${message}\n`);
  });

  it('that there is no such thing', async () => {
    const { code, stderr } = await shellFor().tekton('get cmx nobody');
    expect(stderr).toMatch(/^tekton: .*nobody/);
    expect(code).toBe(5);
  });

  it('that nobody is there', async () => {
    const { code, stderr } = await shellFor('http://127.0.0.1:9').tekton('instances');
    expect(stderr).toMatch(/^tekton: Tekton at http:\/\/127\.0\.0\.1:9 cannot be reached: /);
    expect(code).toBe(6);
  });

  const played = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return shellFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  };

  it('that nobody answers in time', async () => {
    const shell = await played(() => undefined);
    const { code, stderr } = await shell.tekton('instances --timeout 0.2');
    expect(stderr).toMatch(/did not answer within 0\.2 s/);
    expect(code).toBe(6);
  });

  it('that an answer was cut off', async () => {
    const shell = await played((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('[{"name":');
      setTimeout(() => response.destroy(), 50);
    });
    const { code, stdout } = await shell.tekton('instances -o json');
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  });

  it('that an answer stops in its middle', async () => {
    const shell = await played((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('[{"name":');
    });
    for (const line of ['instances --timeout 0.3', 'export --timeout 0.3 --file whole.json']) {
      const { code, stdout, stderr } = await shell.tekton(line);
      expect(stderr).toMatch(/nothing came for 0\.3 s/);
      expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    }
  });

  it('nothing, and ends, by Ctrl-C while it waits for standard input', async () => {
    const waiting = shellFor('http://127.0.0.1:9').start('put epts kettle');
    await sleep(1500);
    waiting.process.kill('SIGINT');
    expect(await waiting.ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  it('that it is somebody else who answers', async () => {
    const shell = await played((_request, response) => {
      response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>');
    });
    const { code, stderr } = await shell.tekton('instances');
    expect(stderr).toMatch(/answered 500 Internal Server Error, and not as Tekton does/);
    expect(code).toBe(70);
  });

  it('that it is elsewhere, and sends no token there', async () => {
    const paths: string[] = [];
    const shell = await played(({ url = '' }, response) => {
      paths.push(url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const { stderr } = await shell.tekton('instances');
    expect(stderr).toMatch(/points to \/elsewhere: give that URL/);
    expect(paths).toEqual(['/api/v1/service-instances']);
  });
});
