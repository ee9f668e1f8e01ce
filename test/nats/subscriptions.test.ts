import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import type { NatsConnection } from '../../src/nats/nats-connection.js';
import { ConfiguredNats } from '../support/configured-nats.js';
import { connectTo } from './nats-client.js';

const allowing = (subject: string) =>
  `authorization { users: [
    { user: tekton, password: p, permissions: { publish: ">", subscribe: "${subject}" } }
    { user: sender, password: p }
  ] }`;

async function start(configuration: string): Promise<ConfiguredNats> {
  const server = await ConfiguredNats.start(configuration);
  onTestFinished(() => server.stop());
  return server;
}

const urlOf = ({ port }: ConfiguredNats) => `nats://tekton:p@127.0.0.1:${port}`;

async function sender(server: ConfiguredNats): Promise<(subject: string) => void> {
  const client = await connect({
    servers: `127.0.0.1:${server.port}`,
    user: 'sender',
    pass: 'p',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  onTestFinished(() => client.close());
  return (subject) => {
    client.publish(subject, 'x');
  };
}

it('takes listeners before and while it is connected, and logs what they throw', async () => {
  const server = await start(allowing('>'));
  const { nats, log } = connectTo(urlOf(server));
  const got: string[] = [];
  nats.subscribe('early', ({ subject }) => got.push(subject));
  nats.subscribe('throwing', ({ subject }) => {
    got.push(subject);
    throw new Error('Listener broken');
  });
  await expect.poll(() => nats.isConnected).toBe(true);
  nats.subscribe('rejecting.*', ({ subject }) => {
    got.push(subject);
    return Promise.reject(new Error('Listener rejected'));
  });
  await nats.publishConfirmed([]);
  const send = await sender(server);
  for (const subject of ['throwing', 'rejecting.a', 'early', 'throwing']) send(subject);
  await expect.poll(() => got).toEqual(['throwing', 'rejecting.a', 'early', 'throwing']);
  expect(log.text).toContain('Listener broken');
  expect(log.text).toContain('Listener rejected');
  expect(nats.isConnected).toBe(true);
});

it('works on where the user may not subscribe, says so, and tries again when connected anew', async () => {
  const server = await start(allowing('allowed'));
  const { nats, log } = connectTo(urlOf(server));
  const got: string[] = [];
  nats.subscribe('allowed', ({ subject }) => got.push(subject));
  nats.subscribe('later', ({ subject }) => got.push(subject));
  nats.subscribe('later', ({ subject }) => got.push(`${subject} in a group`), { queue: 'tekton' });
  await expect.poll(() => nats.isConnected).toBe(true);
  await expect.poll(() => log.text.match(/lets this user not subscribe to later/g)).toHaveLength(2);
  // It is not taken for a refusal of what is sent.
  await nats.publishConfirmed([{ subject: 'told', payload: new Uint8Array(), headers: {} }]);
  const send = await sender(server);
  send('later');
  send('allowed');
  await expect.poll(() => got).toEqual(['allowed']);

  await server.end();
  await expect.poll(() => nats.isConnected).toBe(false);
  server.configure(allowing('>'));
  await server.startAgain();
  await expect.poll(() => nats.isConnected).toBe(true);
  await nats.publishConfirmed([]);
  const sendAgain = await sender(server);
  sendAgain('later');
  sendAgain('allowed');
  await expect.poll(() => got.slice(1).sort()).toEqual(['allowed', 'later', 'later in a group']);
});

it('listens on a connection that is made anew after the client has given the old one up', async () => {
  const server = await start('');
  const { nats } = connectTo(`nats://127.0.0.1:${server.port}`);
  let count = 0;
  nats.subscribe('a', () => count++);
  await expect.poll(() => nats.isConnected).toBe(true);
  const first = clientOf(nats);
  await first.close();
  await expect.poll(() => clientOf(nats) !== first && nats.isConnected).toBe(true);
  await nats.publishConfirmed([{ subject: 'a', payload: new Uint8Array(), headers: {} }]);
  await expect.poll(() => count).toBe(1);
});

/** The client's own connection: it gives one up by a fault of its own only. */
function clientOf(nats: NatsConnection): { close: () => Promise<void> } {
  return (nats as unknown as { connection: { close: () => Promise<void> } }).connection;
}
