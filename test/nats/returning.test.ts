import { expect, it, onTestFinished } from 'vitest';
import { ConfiguredNats } from '../support/configured-nats.js';
import { connectTo } from './nats-client.js';

it('takes one return for one, however often it was refused before', async () => {
  const only = (token: string) => `authorization { token: ${token} }`;
  const server = await ConfiguredNats.start(only('old'));
  onTestFinished(() => server.stop());
  const { nats, log } = connectTo(`nats://old@127.0.0.1:${server.port}`);
  let returns = 0;
  nats.onConnected(() => returns++);
  await expect.poll(() => nats.isConnected).toBe(true);
  server.reload(only('new'));
  await expect.poll(() => nats.unreadyReason).toMatch(/does not let Tekton in/);
  // The client tries some times a second.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  server.reload(only('old'));
  await expect.poll(() => nats.isConnected).toBe(true);
  await nats.publishConfirmed([]);
  expect(nats.reconnects).toBe(1);
  expect(returns).toBe(2);
  expect(log.text.match(/connected again/g)).toHaveLength(1);
});
