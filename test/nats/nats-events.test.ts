import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  type NatsContext,
  Payload,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { connect, type NatsConnection as Client } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { NatsEventsStrategy } from '../../src/nats/nats-events.strategy.js';
import { ConfiguredNats } from '../support/configured-nats.js';
import { connectTo } from './nats-client.js';

const SUBJECT = 'kaa.v1.events.*.tenant.lifecycle.updated';
const sentTo = (originator: string) => SUBJECT.replace('*', originator);

/** What the handlers of the replicas got, each with its name. */
let got: string[] = [];

@Controller()
class Listeners {
  @EventPattern(SUBJECT)
  everyone(@Payload() payload: unknown, @Ctx() context: unknown): void {
    note('everyone', payload, context);
    if ((payload as Uint8Array).length === 0) throw new Error('There is nothing in it');
  }

  @EventPattern(SUBJECT, { queue: 'tekton' })
  oneOfUs(@Payload() payload: unknown, @Ctx() context: unknown): Promise<void> {
    note('one of us', payload, context);
    return (payload as Uint8Array).length === 0
      ? Promise.reject(new Error('There is nothing in it'))
      : Promise.resolve();
  }
}

@Module({ controllers: [Listeners] })
class ListeningModule {}

function note(handler: string, payload: unknown, context: unknown): void {
  const subject = (context as NatsContext).getSubject();
  expect(payload).toBeInstanceOf(Uint8Array);
  got.push(`${handler}: ${subject} ${Buffer.from(payload as Uint8Array).toString('hex')}`);
}

let server: ConfiguredNats;
let sender: Client;
beforeEach(async () => {
  got = [];
  server = await ConfiguredNats.start('');
  sender = await connect({
    servers: `127.0.0.1:${server.port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
});
afterEach(async () => {
  await sender.close();
  await server.stop();
});

/** A replica with the handlers, which listens. */
async function startReplica(): Promise<ReturnType<typeof connectTo>> {
  const client = connectTo(`nats://127.0.0.1:${server.port}`);
  const strategy = new NatsEventsStrategy(client.nats);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(ListeningModule, {
    strategy,
    logger: false,
  });
  onTestFinished(() => app.close());
  await app.listen();
  return client;
}

async function startReplicas(count: number): Promise<void> {
  const replicas = await Promise.all(Array.from({ length: count }, startReplica));
  for (const { nats } of replicas) await expectInForce(nats);
}

/** Connected, and what was subscribed is known to the server. */
async function expectInForce(nats: ReturnType<typeof connectTo>['nats']): Promise<void> {
  await expect.poll(() => nats.isConnected).toBe(true);
  await nats.publishConfirmed([]);
}

async function expectGot(...expected: string[]): Promise<void> {
  await expect.poll(() => got.length).toBeGreaterThanOrEqual(expected.length);
  // One too many would have come with them.
  await sender.flush();
  expect([...got].sort()).toEqual([...expected].sort());
  got = [];
}

/** It connects again by itself, at its own time. */
async function senderIsBack(): Promise<void> {
  const isBack = () =>
    sender.flush().then(
      () => true,
      () => false,
    );
  await expect.poll(isBack).toBe(true);
}

it('gives each handler what was sent, byte for byte, and one of a queue group', async () => {
  await startReplicas(2);
  const bytes = Uint8Array.from([0x00, 0xff, 0x7b, 0x22]);
  sender.publish(sentTo('tm'), bytes);
  const line = `${sentTo('tm')} 00ff7b22`;
  await expectGot(`everyone: ${line}`, `everyone: ${line}`, `one of us: ${line}`);
});

it.each([
  ['nothing', ''],
  ['text', 'nonsense'],
  ['a request as Nest writes it', '{"pattern":"x","data":1,"id":"1"}'],
  ['deep JSON', '['.repeat(100_000)],
])('is not harmed by %s', async (_, payload) => {
  await startReplicas(1);
  const hex = Buffer.from(payload).toString('hex');
  const both = (line: string) => [`everyone: ${line}`, `one of us: ${line}`];
  // Whoever asks for an answer gets none.
  sender.publish(sentTo('a'), payload, { reply: 'answers' });
  await expectGot(...both(`${sentTo('a')} ${hex}`));
  sender.publish(sentTo('b'), 'z');
  await expectGot(...both(`${sentTo('b')} 7a`));
});

it('listens again after NATS was restarted', async () => {
  const { nats } = await startReplica();
  await expectInForce(nats);
  await server.end();
  await expect.poll(() => nats.isConnected).toBe(false);
  await server.startAgain();
  await expectInForce(nats);
  await senderIsBack();
  sender.publish(sentTo('tm'), 'z');
  await expectGot(`everyone: ${sentTo('tm')} 7a`, `one of us: ${sentTo('tm')} 7a`);
});

it('starts without NATS, and listens once it is there', async () => {
  await server.end();
  const { nats } = await startReplica();
  await expect.poll(() => nats.unreadyReason).toMatch(/cannot be reached/);
  await server.startAgain();
  await expectInForce(nats);
  await senderIsBack();
  sender.publish(sentTo('tm'), 'z');
  await expectGot(`everyone: ${sentTo('tm')} 7a`, `one of us: ${sentTo('tm')} 7a`);
});

it('takes no handler that would have to answer', () => {
  const strategy = new NatsEventsStrategy(connectTo('nats://127.0.0.1:1').nats);
  expect(() => {
    strategy.addHandler('a', () => Promise.resolve(), false);
  }).toThrow('@MessagePattern');
});
