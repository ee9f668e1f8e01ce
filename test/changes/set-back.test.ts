import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangesDto } from '../../src/changes/changes.dto.js';
import { CMX, EPTS, PlayedFeed, positions } from './played-feed.js';

let played: PlayedFeed;
beforeEach(async () => {
  played = await PlayedFeed.start();
});
afterEach(async () => {
  await played.stop();
});

describe('a database that was set back', () => {
  const GONE = expect.objectContaining({ code: 'POSITION_GONE' }) as Error;

  beforeEach(async () => {
    await played.place(CMX, CMX, CMX, CMX);
  });

  it.each([
    ['it is signalled what it has already given', '2'],
    ['signals may have been missed', undefined],
  ])('is noticed by those that wait when %s', async (_, payload) => {
    played.signal('4');
    const told = played.ask(4);
    await played.waiting();
    played.signal('4');
    await played.setBack(2);
    played.signal(payload);
    await expect(told).rejects.toEqual(GONE);
  });

  it('is noticed by others when one call looks at it', async () => {
    const told = played.ask(4);
    await played.waiting();
    await played.store.settled();
    await played.setBack(2);
    const gone = expect(told).rejects.toEqual(GONE);
    // What is remembered does not reach back to 1.
    expect(await played.ask(1, { waitMs: 50 })).toEqual({ position: 2, changes: [] });
    await gone;
  });

  it('gives nothing of what was being read to who waits since', async () => {
    const gone = expect(played.ask(4)).rejects.toEqual(GONE);
    await played.waiting();
    await played.store.settled();
    let since: Promise<ChangesDto> | undefined;
    played.store.afterFeed = async () => {
      await played.setBack(2);
      since = played.ask(2);
      await gone;
      await played.waiting();
    };
    played.signal(`${await played.place(EPTS)}`);
    await played.read(2);
    played.signal(`${await played.place(EPTS)}`);
    expect(positions((await since) ?? { position: NaN, changes: [] })).toEqual([3]);
  });

  it('gives nothing of what was before to who waits from before', async () => {
    const told = played.ask(2);
    await played.waiting();
    await played.setBack(2);
    played.signal();
    await played.waiting();
    await played.read(2);
    played.signal(`${await played.place(EPTS)}`);
    expect(positions(await told)).toEqual([3]);
  });
});

it('what is not kept any more before the feed has read it, who waits is told is gone', async () => {
  const told = played.ask(0);
  await played.waiting();
  await played.store.settled();
  await played.place(CMX, EPTS, CMX);
  await played.prune(3);
  played.signal('3');
  await expect(told).rejects.toMatchObject({ code: 'POSITION_GONE' });
});
