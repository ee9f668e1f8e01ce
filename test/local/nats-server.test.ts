import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseCacheFolder, findNatsServer } from '../../src/local/find-nats-server.js';
import { startNatsServer, type NatsServer } from '../../src/local/nats-server.js';
import { isAlive } from '../../src/local/process-table.js';
import { temporaryFolder } from './temporary-folder.js';

const PROJECT_DATA = fileURLToPath(new URL('../../.tekton', import.meta.url));
let binary: string;

beforeAll(async () => {
  binary = await findNatsServer({ cacheFolder: chooseCacheFolder(process.env, PROJECT_DATA) });
});

async function start(
  stateFolder: string,
  options: { port?: number; jetstream?: boolean } = {},
): Promise<NatsServer> {
  const nats = await startNatsServer({ binary, stateFolder, ...options });
  onTestFinished(() => nats.kill());
  return nats;
}

test('a server starts on a free port, serves clients, and is gone when stopped', async () => {
  const nats = await start(temporaryFolder(), { jetstream: true });
  const client = await connect({ servers: nats.url });
  expect(client.info?.jetstream).toBe(true);
  await client.close();
  await nats.stop();
  expect(isAlive(nats.pid)).toBe(false);
});

test('two servers run side by side on folders of their own', async () => {
  const [one, other] = await Promise.all([start(temporaryFolder()), start(temporaryFolder())]);
  expect(one.port).not.toBe(other.port);
});

test('a server left behind on the folder is adopted: its clients may go on', async () => {
  const stateFolder = temporaryFolder();
  const left = await start(stateFolder);
  const adopted = await start(stateFolder);
  expect(adopted).toMatchObject({ adopted: true, pid: left.pid, port: left.port });
  await adopted.stop();
  expect(isAlive(left.pid)).toBe(false);
});

test('a server left behind that was started otherwise is replaced', async () => {
  const stateFolder = temporaryFolder();
  const left = await start(stateFolder);
  const replacement = await start(stateFolder, { jetstream: true });
  expect(replacement.adopted).toBe(false);
  expect(isAlive(left.pid)).toBe(false);
});

test('a killed server can be started anew on the same port', async () => {
  const stateFolder = temporaryFolder();
  const first = await start(stateFolder);
  await first.kill();
  const second = await start(stateFolder, { port: first.port });
  expect(second.url).toBe(first.url);
});

test('a port that is taken is said with the words of the server', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(start(temporaryFolder(), { port })).rejects.toThrow(/address already in use/);
});
