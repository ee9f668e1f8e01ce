import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMX, EPTS, PlayedFeed, positions } from './played-feed.js';

let played: PlayedFeed;
beforeEach(async () => {
  played = await PlayedFeed.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await played.stop();
});

describe('a call that waits is told of what is placed', () => {
  it('when it is signalled', async () => {
    const told = played.ask(0);
    await played.waiting();
    const position = await played.place(CMX, EPTS, CMX);
    played.signal(`${position}`);
    expect(await told).toMatchObject({ position: 3, changes: [{ position: 2 }] });
  });

  it('while the feed rests, between its own look and its waiting', async () => {
    played.store.afterCall = async () => {
      // Nobody listens to this signal.
      played.signal(`${await played.place(EPTS)}`);
    };
    expect(positions(await played.ask(0))).toEqual([1]);
  });

  it('while the feed rests, when the signal of it is lost too', async () => {
    played.store.afterCall = async () => {
      await played.place(EPTS);
    };
    expect(positions(await played.ask(0))).toEqual([1]);
  });

  it('between its own look and its waiting, and read by then', async () => {
    const other = played.ask(0);
    await played.waiting();
    await played.store.settled();
    await played.place(CMX);
    played.store.afterCall = async () => {
      played.signal(`${await played.place(EPTS)}`);
      expect(positions(await other)).toEqual([2]);
    };
    // The feed has not read up to there: it asks the database.
    expect(positions(await played.ask(1))).toEqual([2]);
  });

  it('between its own look and its waiting, and not read yet', async () => {
    const other = played.ask(0);
    await played.waiting();
    await played.store.settled();
    await played.place(CMX);
    played.store.afterCall = async () => {
      await played.place(EPTS);
    };
    // That it knows of more than the feed is as good as a signal.
    expect(positions(await played.ask(1))).toEqual([2]);
    expect(positions(await other)).toEqual([2]);
  });

  it('while the feed reads', async () => {
    const told = played.ask(0);
    await played.waiting();
    await played.store.settled();
    played.store.afterFeed = async () => {
      played.signal(`${await played.place(EPTS)}`);
    };
    played.signal(`${await played.place(CMX)}`);
    expect(positions(await told)).toEqual([2]);
    expect(played.store.reads.filter((of) => of === 'feed')).toHaveLength(3);
  });

  it('when signals were missed', async () => {
    const told = played.ask(0);
    await played.waiting();
    await played.store.settled();
    await played.place(EPTS);
    played.signal();
    expect(positions(await told)).toEqual([1]);
  });

  it('when a signal was lost, as soon as another call comes some time later', async () => {
    const told = played.ask(0);
    await played.waiting();
    await played.store.settled();
    await played.place(EPTS);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6000 });
    expect(positions(await played.ask(0))).toEqual([1]);
    expect(positions(await told)).toEqual([1]);
  });

  it('in more parts than the feed reads at a time', async () => {
    await played.place(EPTS);
    const told = played.ask(1);
    await played.waiting();
    await played.store.settled();
    const many = Array.from({ length: 600 }, () => CMX);
    played.signal(`${await played.place(...many, EPTS)}`);
    expect(positions(await told)).toEqual([602]);
  });

  it('when the database is there again', async () => {
    const told = played.ask(0);
    await played.waiting();
    await played.store.settled();
    played.store.afterFeed = () => Promise.reject(new Error('The connection was lost'));
    played.signal(`${await played.place(EPTS)}`);
    expect(positions(await told)).toEqual([1]);
  });

  it('as far as it asked for', async () => {
    const told = played.ask(0, { limit: 2 });
    await played.waiting();
    played.signal(`${await played.place(EPTS, CMX, EPTS, EPTS)}`);
    expect(await told).toMatchObject({ position: 3, changes: [{ position: 1 }, { position: 3 }] });
    expect(await played.ask(3)).toMatchObject({ position: 4, changes: [{ position: 4 }] });
  });
});

describe('what was read', () => {
  it('is remembered for a minute: a tenant that it is about may be gone later', async () => {
    const told = played.ask(0);
    await played.waiting();
    played.signal(`${await played.place(EPTS)}`);
    await told;
    await played.remove('acme');
    expect(positions(await played.ask(0))).toEqual([1]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect(positions(await played.ask(0, { waitMs: 0 }))).toEqual([]);
  });
});

describe('what was read', () => {
  beforeEach(async () => {
    const told = played.ask(0);
    await played.waiting();
    played.signal(`${await played.place(CMX, EPTS, CMX, CMX)}`);
    await told;
    played.store.reads = [];
  });

  it.each([
    [0, [2]],
    [1, [2]],
  ])('answers who asks after %i without a statement', async (since, expected) => {
    expect(await played.ask(since)).toMatchObject({ position: 4 });
    expect(positions(await played.ask(since))).toEqual(expected);
    expect(played.store.reads).toEqual([]);
  });

  it('lets others wait without a statement', async () => {
    for (const since of [2, 3, 4]) {
      expect(await played.ask(since, { waitMs: 50 })).toEqual({ position: 4, changes: [] });
    }
    expect(played.store.reads).toEqual([]);
  });

  it('is not read again when a signal of it comes late', async () => {
    played.signal('4');
    expect(await played.ask(4, { waitMs: 50 })).toEqual({ position: 4, changes: [] });
    expect(played.store.reads).toEqual([]);
  });

  it('is forgotten some time after anybody was interested', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    played.signal(`${await played.place(EPTS)}`);
    expect(played.feed.position).toBeUndefined();
    expect(played.store.reads).toEqual([]);
    expect(positions(await played.ask(0))).toEqual([2, 5]);
    expect(played.store.reads).toEqual(['call']);
  });

  it('is kept as long as somebody waits', async () => {
    const told = played.ask(4, { waitMs: 100_000 });
    await played.waiting();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    played.signal(`${await played.place(EPTS)}`);
    expect(positions(await told)).toEqual([5]);
  });
});

it('a stop answers all that wait, and nobody waits after it', async () => {
  const waits = [played.ask(0), played.ask(0)];
  await played.waiting(2);
  played.feed.onModuleDestroy();
  for (const told of await Promise.all(waits)) expect(told).toEqual({ position: 0, changes: [] });
  expect(await played.ask(0)).toEqual({ position: 0, changes: [] });
});
