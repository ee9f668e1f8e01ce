import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Rounds } from '../../src/retry/rounds.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class RoundsOf extends Rounds {
  begun = 0;

  constructor(private readonly work: () => Promise<void>) {
    super(0);
  }

  protected async run(): Promise<number> {
    this.begun++;
    await this.work();
    return 0;
  }
}

/** Begins a round, then stops. */
async function stopWithin(rounds: RoundsOf): Promise<{ isStopped: boolean }> {
  rounds.onApplicationBootstrap();
  await vi.advanceTimersByTimeAsync(0);
  expect(rounds.begun).toBe(1);
  const state = { isStopped: false };
  void rounds.onModuleDestroy().then(() => {
    state.isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  return state;
}

it('a stop waits for the round that is under way, and there is no other', async () => {
  let end: () => void = () => undefined;
  const rounds = new RoundsOf(() => new Promise((resolve) => (end = resolve)));
  const state = await stopWithin(rounds);
  expect(state.isStopped).toBe(false);
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(state.isStopped).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([rounds.begun, vi.getTimerCount()]).toEqual([1, 0]);
});

it('a stop does not wait for ever for a round that never ends', async () => {
  const state = await stopWithin(new RoundsOf(() => new Promise(() => undefined)));
  expect(state.isStopped).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.isStopped).toBe(true);
});
