import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

describe('tekton watch', () => {
  let test: TestTekton;
  let shell: Shell;

  beforeAll(async () => {
    test = await startTestTekton();
    shell = new Shell({
      TEKTON_URL: withoutVersion(test.rest.baseUrl),
      TEKTON_NATS_URL: test.nats.url,
    });
    await test.rest.post('/applications', { name: 'kettle' });
    await test.subscriber.take(1);
  });
  afterAll(async () => {
    shell.remove();
    await test.stop();
  });

  const change = (value: unknown) =>
    test.rest.put('/app-configs/applications/kettle?serviceInstanceName=cmx', { value });

  it('prints what an instance is told, and ends after so many', async () => {
    const watching = shell.start('watch cmx --count 2');
    await expect.poll(watching.stderr).toContain('Listening; Ctrl-C ends it.');
    await change(1);
    await test.rest.patch('/applications/kettle', { description: 'new' });
    const { code, stdout } = await watching.ended;
    const [first, second] = stdout.trimEnd().split('\n');
    expect(first).toMatch(
      /^20\S+Z {2}targeted {3}upsert {2}kaa \/ kettle {2}revision 1, position \d+, correlation \S+$/,
    );
    expect(second).toMatch(/^20\S+Z {2}broadcast {2}upsert {2}kaa \/ kettle {2}position \d+/);
    expect(code).toBe(0);
  });

  it('prints a JSON object a line for scripts, and ends with those who read it', async () => {
    const watching = shell.start('watch cmx --output json');
    await expect.poll(watching.stderr).toContain('Listening');
    await change(2);
    await expect.poll(watching.stdout).toContain('\n');
    expect(JSON.parse(watching.stdout())).toMatchObject({
      kind: 'targeted',
      operation: 'upsert',
      tenantId: 'kaa',
      appName: 'kettle',
      appVersionName: null,
    });
    watching.process.stdout.destroy();
    await change(3);
    await change(4);
    const { code, stderr } = await watching.ended;
    expect(code).toBe(141);
    expect(stderr).not.toMatch(/\n\s+at |EPIPE/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends by %s', async (signal, code) => {
    const watching = shell.start('watch cmx');
    await expect.poll(watching.stderr).toContain('Listening');
    watching.process.kill(signal);
    expect((await watching.ended).code).toBe(code);
  });

  it('says that NATS cannot be reached, and goes on trying', async () => {
    const watching = shell.start('watch cmx --nats-url nats://127.0.0.1:9');
    await expect.poll(watching.stderr).toMatch(/NATS cannot be reached[^]*NATS cannot be reached/);
    watching.process.kill('SIGINT');
    expect((await watching.ended).code).toBe(130);
  });

  it.each([
    ['watch cmx --nats-url nats://[', /is no URL of NATS/],
    ['watch cmx --nats-creds nowhere', /nowhere cannot be read/],
  ])('%s: exit code 2', async (line, message) => {
    const { code, stderr } = await shell.tekton(line);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
