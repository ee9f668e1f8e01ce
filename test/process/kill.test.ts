import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import { Subscriber } from '../support/subscriber.js';
import { TektonProcess } from '../support/tekton-process.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

let nats: Awaited<ReturnType<typeof startTestNats>>;
let subscriber: Subscriber;
let environment: Record<string, string>;
beforeAll(async () => {
  nats = await startTestNats();
  subscriber = await Subscriber.connect(nats.nats.url);
  environment = testEnvironment(await createDatabase(inject('postgresUrl')), nats.nats.url, {
    LOG_LEVEL: 'info',
  });
});
afterAll(async () => {
  await subscriber.close();
  await nats.stop();
});

/** Each of the rounds starts a Tekton. */
const ROUNDS_TIMEOUT_MS = 120_000;

const PATH = '/app-configs/applications/app?serviceInstanceName=cmx';

it(
  'keeps and tells what was accepted before a kill -9, in every one of ten rounds',
  async () => {
    let revision = 0;
    for (let round = 1; round <= 10; round++) {
      const tekton = new TektonProcess(environment);
      const rest = await tekton.serving();
      if (round === 1) await rest.post('/applications', { name: 'app' });
      const accepted = await rest.put(PATH, { round });
      revision++;
      expect(Number(accepted.headers.get('x-revision'))).toBe(revision);
      // At once: the relay may have sent it, may have placed it, or may not have seen it.
      await tekton.kill();
    }
    const last = new TektonProcess(environment);
    const rest = await last.serving();
    expect((await rest.get(PATH)).json()).toEqual({ round: 10 });
    await rest.delete(PATH);
    last.signal('SIGTERM');
    expect(await last.end()).toMatchObject({ code: 0 });

    // Confirmed after all before it: the deletion is the last message there can be.
    await expect.poll(() => subscriber.all.at(-1)?.operation, { timeout: 10_000 }).toBe('delete');
    const first = new Map(subscriber.all.map((message) => [message.position, message]));
    const told = [...first.values()].sort((a, b) => a.position - b.position);
    expect(told.map(({ position }) => position)).toEqual(told.map((_, index) => index + 1));
    expect(told.slice(1).map((message) => message.revision)).toEqual(
      Array.from({ length: 11 }, (_, index) => index + 1),
    );
  },
  ROUNDS_TIMEOUT_MS,
);
