import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import type { RestClient } from '../support/rest-client.js';
import { TektonProcess } from '../support/tekton-process.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import { SettingsFolder } from './settings-folder.js';

const TAKEN_OVER = 'The service instances of the settings file were taken over: ';

const folder = new SettingsFolder();
let nats: Awaited<ReturnType<typeof startTestNats>>;
let tekton: TektonProcess;
let rest: RestClient;
let managementUrl: string;

/** A settings file of these instances; what is in `a.json` is a schema of the first. */
const yaml = (...names: string[]) => `
kaa.security.enabled: false
kaa.service-instances:
${names.map((name, index) => `  ${name}: { serviceName: S, serviceGroup: G${index === 0 ? ', appConfigurationSchema: { $file: a.json }' : ''} }`).join('\n')}
`;
const schema = (type: string) => JSON.stringify({ properties: { x: { type } } });

const mount = (x: string, ...names: string[]) => {
  folder.mount({ 'service-config.yml': yaml(...names), 'a.json': schema(x) });
};
const names = async () =>
  ((await rest.get('/service-instances')).json() as { name: string }[]).map(({ name }) => name);
const statusOfPut = async (instance: string, x: unknown) =>
  (await rest.put(`/app-configs/applications/kettle?serviceInstanceName=${instance}`, { x }))
    .status;
const statusOfGet = async (instance: string) =>
  (await rest.get(`/app-configs/applications/kettle?serviceInstanceName=${instance}`)).status;
const takenOver = () => tekton.log().filter(({ msg }) => String(msg).startsWith(TAKEN_OVER));

beforeAll(async () => {
  mount('integer', 'a', 'b');
  nats = await startTestNats();
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  tekton = new TektonProcess(
    testEnvironment(databaseUrl, nats.nats.url, {
      TEKTON_CONFIG_FILE: folder.file,
      KAA_TEKTON_RELOAD_INTERVAL: '1',
      LOG_LEVEL: 'info',
    }),
  );
  rest = await tekton.serving();
  ({ managementUrl } = (await tekton.waitForLog('Tekton is ready')) as { managementUrl: string });
  await rest.post('/applications', { name: 'kettle' });
});
afterAll(async () => {
  tekton.signal('SIGTERM');
  const ending = await tekton.end();
  await nats.stop();
  folder.remove();
  expect(ending).toMatchObject({ code: 0, stderr: '' });
});

it('a ConfigMap that is mounted anew is taken over, with the schemas in it', async () => {
  expect(await statusOfPut('a', 1)).toBe(201);
  expect(await statusOfPut('b', 'anything')).toBe(201);
  mount('string', 'a', 'c');
  await expect.poll(names).toEqual(['a', 'c']);
  expect(await statusOfPut('a', 2)).toBe(400);
  expect(await statusOfPut('a', 'two')).toBe(200);
  expect(await statusOfPut('c', 3)).toBe(201);
  expect(takenOver()).toMatchObject([
    { added: ['c'], removed: ['b'], changed: { a: ['appConfigurationSchema'] } },
  ]);
});

it('configurations of an instance that is gone are hidden, and come back with it', async () => {
  expect(await statusOfGet('b')).toBe(404);
  expect(await statusOfPut('b', 'other')).toBe(400);
  expect((await rest.get('/app-configs/applications/kettle')).json()).toEqual({
    a: { x: 'two' },
    c: { x: 3 },
  });
  folder.rename(yaml('a', 'b'));
  await expect.poll(names).toEqual(['a', 'b']);
  const path = '/app-configs/applications/kettle?serviceInstanceName=b';
  const { text, headers } = await rest.get(path);
  expect([text, headers.get('x-revision')]).toEqual(['{"x":"anything"}', '1']);
});

it('a file that is written in place is taken over, and so is one with a schema alone', async () => {
  folder.write(yaml('a', 'b', 'd'));
  await expect.poll(names).toEqual(['a', 'b', 'd']);
  // The folder that was mounted last holds it still.
  folder.rename(schema('boolean'), 'a.json');
  await expect.poll(() => statusOfPut('a', true)).toBe(200);
  expect(takenOver().at(-1)).toMatchObject({ changed: { a: ['appConfigurationSchema'] } });
});

it('a faulty file changes nothing, and is told', async () => {
  const metric = async () =>
    /^tekton_settings_file_refused (.*)$/m.exec(
      await (await fetch(`${managementUrl}/metrics`)).text(),
    )?.[1];
  expect(await metric()).toBe('0');
  folder.write(`${yaml('a', 'e')}\n  f: {}\nhttp.port: none`);
  await expect.poll(metric).toBe('1');
  expect(await names()).toEqual(['a', 'b', 'd']);
  expect(await statusOfPut('a', true)).toBe(200);
  mount('boolean', 'a');
  await expect.poll(names).toEqual(['a']);
  expect(await metric()).toBe('0');
  const refusals = tekton.log().filter(({ msg }) => String(msg).includes('is refused'));
  expect(refusals).toHaveLength(1);
});

it('of quick changes the last one is in force in the end', async () => {
  mount('integer', 'x', 'y');
  mount('string', 'y', 'z');
  mount('number', 'last', 'z');
  await expect.poll(names).toEqual(['last', 'z']);
  expect(await statusOfPut('last', 'text')).toBe(400);
  expect(await statusOfPut('last', 1.5)).toBe(201);
});

it.each(['service-config.yml', 'a.json'])(
  '%s as a pipe is refused, and does not hold it up',
  async (name) => {
    const warnings = async () => (await fetch(`${managementUrl}/health`)).text();
    mount('integer', 'a', 'b');
    await expect.poll(names).toEqual(['a', 'b']);
    folder.pipe(name);
    await expect.poll(warnings).toContain('cannot be read (it is not a regular file)');
    expect(await statusOfPut('a', 1)).toBe(200);
    mount('integer', 'a', `after-${name.replace('.', '-')}`);
    await expect.poll(names).toEqual(['a', `after-${name.replace('.', '-')}`]);
    // The next SIGTERM ends it all the same.
  },
);
