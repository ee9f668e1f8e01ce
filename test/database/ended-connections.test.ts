import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createApartPool, openApart } from '../../src/database/apart.js';
import { createDataSource } from '../../src/database/data-source.js';
import { pino } from 'pino';

const message = (type: string, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const AUTHENTICATION_OK = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const SHUTTING_DOWN = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/**
 * What a PostgreSQL that is being shut down may send at any time: the end of a connection in the same
 * packet with which it opens it. No real one can be made to do so at will.
 */
async function serverThatEndsAtOnce(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => {
      socket.end(Buffer.concat([AUTHENTICATION_OK, READY, SHUTTING_DOWN]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `postgres://tekton@127.0.0.1:${(server.address() as { port: number }).port}/tekton`;
}

const settingsFor = (url: string) => ({
  url,
  applicationName: 'test',
  connectTimeoutMs: 2000,
  apartTimeoutMs: 2000,
  apartSilenceTimeoutMs: 2000,
});

/** Long enough for an error that nobody listens to. */
const turns = () => sleep(50);

it('a connection of its own that ends as it is opened harms only whoever uses it', async () => {
  const client = await openApart(settingsFor(await serverThatEndsAtOnce()));
  await turns();
  await expect(client.query('SELECT 1')).rejects.toThrow();
  await client.end();
});

it('a connection of a pool that ends as it is opened harms only whoever uses it', async () => {
  const pool = createApartPool(settingsFor(await serverThatEndsAtOnce()), pino({ enabled: false }));
  const taken = await pool.connect();
  await turns();
  await expect(taken.query('SELECT 1')).rejects.toThrow();
  taken.release(true);
  await pool.end();
});

it('a connection of the main pool that ends as it is opened harms only whoever uses it', async () => {
  const dataSource = createDataSource({
    ...settingsFor(await serverThatEndsAtOnce()),
    poolSize: 2,
  });
  await expect(dataSource.initialize()).rejects.toThrow();
  await turns();
});
