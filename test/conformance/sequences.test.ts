import { connect, headers as natsHeaders } from '@nats-io/transport-node';
import type { ConfigurationAddress, ConfigurationChange } from 'tekton-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WatchedClient } from '../client/watched-client.js';
import { Gate } from '../support/gate.js';
import { startTestNats } from '../support/test-nats.js';
import {
  readSequences,
  type RecordedAddress,
  type RecordedEvent,
  type RecordedMessage,
  type Step,
} from './cases.js';
import { PlayedTekton } from './played-tekton.js';

describe('tekton-client does what a consumer must do', () => {
  it.each(readSequences())('$name', async ({ steps, events, eventsInAnyOrder = false }) => {
    const stage = await setUp();
    for (const step of steps) await stage.play(step);
    const seen = stage.events();
    if (eventsInAnyOrder) expect(sorted(seen)).toEqual(sorted(events));
    else expect(seen).toEqual(events);
  });
});

/** A consumer between a Tekton and a NATS that both do as they are told. */
async function setUp() {
  const { nats, stop } = await startTestNats();
  const gate = await Gate.before(Number(new URL(nats.url).port));
  gate.open();
  const tekton = await PlayedTekton.start();
  const publisher = await connect({ servers: nats.url });
  const consumer = new WatchedClient({
    url: tekton.url,
    nats: `nats://127.0.0.1:${gate.port}`,
    serviceInstanceName: 'epts',
  });
  onTestFinished(async () => {
    await consumer.client.close();
    tekton.stop();
    await publisher.close();
    gate.close();
    await stop();
  });
  const changes: ConfigurationChange[] = [];
  for (const event of ['upsert', 'delete'] as const) {
    consumer.client.on(event, (change: ConfigurationChange) => changes.push(change));
  }
  let atStart = 0;

  const play = async (step: Step): Promise<void> => {
    if ('tekton' in step) tekton.become(step.tekton);
    else if ('message' in step) await publish(step.message);
    else if ('nats' in step) {
      if (step.nats === 'back') gate.open();
      else {
        const disconnected = consumer.all('disconnected').length;
        gate.shut();
        await expect.poll(() => consumer.all('disconnected').length).toBe(disconnected + 1);
      }
    } else if ('inForce' in step) {
      const wanted = step.inForce.map(({ document, ...one }) => ({ ...one, document }));
      await expect.poll(() => sorted(inForce())).toEqual(sorted(wanted));
      // What is not to happen has had its chance to.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(sorted(inForce())).toEqual(sorted(wanted));
    } else {
      await consumer.client.start();
      await expect.poll(() => consumer.client.status.natsConnected).toBe(true);
      atStart = changes.length;
    }
  };
  const publish = async ({ subject, headers, payload }: RecordedMessage) => {
    const carried = natsHeaders();
    for (const [name, value] of Object.entries(headers)) carried.set(name, value);
    publisher.publish(subject, Buffer.from(payload, 'hex'), { headers: carried });
    await publisher.flush();
  };
  const inForce = () =>
    [...consumer.client.configurations()].map(({ address, revision, value }) => ({
      ...recorded(address),
      revision,
      document: value,
    }));
  return {
    play,
    events: (): RecordedEvent[] =>
      changes.slice(atStart).map((change) => ({
        operation: change.type,
        ...recorded(change.address),
        ...(change.type === 'upsert' && { revision: change.revision }),
      })),
  };
}

function recorded(address: ConfigurationAddress): RecordedAddress {
  const { level, tenantId } = address;
  return {
    tenantId,
    ...(level !== 'tenant' && { appName: address.appName }),
    ...(level === 'appversion' && { appVersionName: address.appVersionName }),
  };
}

function sorted(values: readonly object[]): string[] {
  return values
    .map((value) =>
      JSON.stringify(Object.entries(value).sort(([one], [two]) => (one < two ? -1 : 1))),
    )
    .sort();
}
