import { expect, it, vi } from 'vitest';
import { keepTrying } from '../../src/retry/keep-trying.js';

const never = new AbortController().signal;

it('tries until it works, waiting ever longer up to a limit', async () => {
  const waits: number[] = [];
  let attempts = 0;
  await keepTrying(
    () => (++attempts < 6 ? Promise.reject(new Error('not yet')) : Promise.resolve()),
    (_, waitMs) => waits.push(waitMs),
    { firstMs: 1, lastMs: 5, signal: never },
  );
  expect(attempts).toBe(6);
  expect(waits).toEqual([1, 2, 4, 5, 5]);
});

it('ends with what is thrown at a failure', async () => {
  const trying = keepTrying(
    () => Promise.reject(new Error('too new')),
    (error) => {
      throw error;
    },
    { firstMs: 1, lastMs: 1, signal: never },
  );
  await expect(trying).rejects.toThrow('too new');
});

it('ends at once when it is stopped, in the middle of a wait too', async () => {
  const stopping = new AbortController();
  const failures: unknown[] = [];
  const trying = keepTrying(
    () => Promise.reject(new Error('never')),
    (error) => {
      failures.push(error);
      setImmediate(() => {
        stopping.abort();
      });
    },
    { firstMs: 3_600_000, lastMs: 3_600_000, signal: stopping.signal },
  );
  await trying;
  expect(failures).toHaveLength(1);
});

it('does not tell of a failure that comes of being stopped', async () => {
  const stopping = new AbortController();
  const tell = vi.fn();
  const attempt = () => {
    stopping.abort();
    return Promise.reject(new Error('stopped'));
  };
  await keepTrying(attempt, tell, { firstMs: 1, lastMs: 1, signal: stopping.signal });
  expect(tell).not.toHaveBeenCalled();
});
