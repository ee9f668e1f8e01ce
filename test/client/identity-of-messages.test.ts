import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfiguredNats } from '../support/configured-nats.js';
import { ChangeFollower } from '../../client/src/change-follower.js';
import type { ClientMetrics } from '../../client/src/client-metrics.js';
import type { Notification } from '../../client/src/notification.js';
import { DEFAULT_LIMITS } from '../../client/src/options.js';
import { PendingReads } from '../../client/src/pending-reads.js';
import type { TektonApi } from '../../client/src/tekton-api.js';
import { RawNats } from './raw-nats.js';
import { ClientTest, type WatchedClient } from './watched-client.js';

describe('what a client takes for a message that it knows', () => {
  let test: ClientTest;
  let number = 0;
  let app: string;

  beforeAll(async () => {
    test = await ClientTest.start();
  });
  afterAll(() => test.stop());
  beforeEach(async () => {
    app = `app${number++}`;
    await test.addApplication(app);
  });
  afterEach(() => test.closeClients());

  const value = ({ client }: WatchedClient) => client.config({ appName: app });

  it('is not another one that has claimed its position', async () => {
    const raw = await RawNats.connect(test.test.nats.url);
    const watched = await test.started({ limits: { checkInterval: 300 } });
    await test.put(`/applications/${app}`, { autoExtraction: false });
    await expect.poll(() => value(watched)).toEqual({ autoExtraction: false });
    // Somebody makes up a message, at the position that the next change gets.
    const { position = 0 } = watched.all('notification').at(-1) ?? {};
    await raw.repeatLast(position + 1);
    await expect
      .poll(() => watched.metric('reads_total', { what: 'configuration', outcome: '304' }))
      .toBe(1);
    await test.put(`/applications/${app}`, { timeSeries: [{ name: 'true' }] });
    await expect.poll(() => value(watched)).toEqual({ timeSeries: [{ name: 'true' }] });
    await raw.close();
  });
});

it('a message at the position of another is of a database that was set back: all is read again', () => {
  const pending = new PendingReads(100);
  const metrics = { caughtUp: () => undefined } as unknown as ClientMetrics;
  const follower = new ChangeFollower(
    {} as TektonApi,
    pending,
    DEFAULT_LIMITS,
    metrics,
    () => undefined,
  );
  const told = (correlationId: string): Notification => ({
    kind: 'targeted',
    operation: 'upsert',
    tenantId: 'kaa',
    appName: 'smart',
    appVersionName: null,
    revision: 2,
    position: 5,
    correlationId,
    timestamp: 0,
  });
  follower.startFrom(4);
  follower.hear(told('lost'));
  expect(pending.take().map(({ scope }) => scope.kind)).toEqual(['one']);
  follower.hear(told('lost'));
  expect(pending.take()).toEqual([]);
  follower.hear(told('new'));
  expect(pending.take().map(({ scope }) => scope.kind)).toEqual(['all']);
  expect(follower.lastPosition).toBeUndefined();
});

it('a client listens again after NATS has not let it listen', async () => {
  const rights = (subject: string) =>
    `authorization { users = [
       { user: tekton, password: a },
       { user: service, password: b, permissions: { subscribe: ["_INBOX.>", "${subject}"] } } ] }`;
  const nats = await ConfiguredNats.start(rights('kaa.>'));
  const test = await ClientTest.start({ NATS_URL: `nats://tekton:a@127.0.0.1:${nats.port}` });
  try {
    await test.test.rest.post('/applications', { name: 'app' });
    const watched = await test.started({
      nats: `nats://service:b@127.0.0.1:${nats.port}`,
      limits: { checkInterval: 3_600_000 },
    });
    nats.reload(rights('nothing'));
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContainEqual(expect.stringContaining('does not let this service listen'));
    nats.reload(rights('kaa.>'));
    await expect.poll(() => watched.all('connected').length).toBeGreaterThan(1);
    await watched.settled();
    const before = watched.all('notification').length;
    await test.put('/applications/app', { autoExtraction: true });
    await expect.poll(() => watched.all('notification').length).toBeGreaterThan(before);
    expect(watched.client.status.natsConnected).toBe(true);
  } finally {
    await test.stop();
    await nats.stop();
  }
});
