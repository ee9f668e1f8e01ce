import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SettingsFolder } from '../instances/settings-folder.js';
import { TEST_SETTINGS_FILE } from '../support/test-environment.js';
import { RawNats } from './raw-nats.js';
import { ClientTest } from './watched-client.js';

const SETTINGS = readFileSync(TEST_SETTINGS_FILE, 'utf8');

let test: ClientTest;
let raw: RawNats;
const folder = new SettingsFolder();

beforeAll(async () => {
  folder.write(SETTINGS);
  test = await ClientTest.start({
    TEKTON_CONFIG_FILE: folder.file,
    KAA_TEKTON_RELOAD_INTERVAL: '1',
  });
  raw = await RawNats.connect(test.test.nats.url);
  await test.addApplication('smart');
});
afterAll(async () => {
  await raw.close();
  await test.stop();
  folder.remove();
});

const statusOfInstance = async () => (await test.test.rest.get('/service-instances/epts')).status;

it('drops nothing while Tekton does not know the service instance, and goes on when it does', async () => {
  const watched = await test.started();
  const everything = [...watched.client.configurations()];
  await test.put('/applications/smart', { autoExtraction: true });
  folder.rename(SETTINGS.replace('    epts:', '    epts-renamed:'));
  await expect.poll(statusOfInstance).toBe(404);

  // Each is answered as if there were no such configuration.
  await raw.repeatLast(1000);
  await expect
    .poll(() => watched.all('problem').map(({ message }) => message))
    .toContainEqual(expect.stringContaining('GET /bulk was answered with 404'));
  expect([...watched.client.configurations()]).toEqual(everything);
  expect(watched.all('delete')).toEqual([]);
  expect(await watched.metric('pending_reads')).toBeGreaterThan(0);

  folder.rename(SETTINGS);
  await expect.poll(statusOfInstance).toBe(200);
  await test.put('/applications/smart', { autoExtraction: false });
  await expect
    .poll(() => watched.client.config({ appName: 'smart' }))
    .toEqual({ autoExtraction: false });
  await expect.poll(() => watched.client.status.pending).toBe(0);
});
