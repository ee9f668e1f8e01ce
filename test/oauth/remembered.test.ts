import { describe, expect, it } from 'vitest';
import { Remembered } from '../../src/oauth/remembered.js';

/** A source whose answers a test gives, one by one, and a clock that it sets. */
class Source {
  now = 1_000_000;
  asked = 0;
  private settle: ((outcome: string | Error) => void)[] = [];
  readonly remembered = new Remembered<string>(
    () => {
      this.asked++;
      return new Promise((resolve, reject) => {
        this.settle.push((outcome) => {
          if (typeof outcome === 'string') resolve({ value: outcome, lifetimeMs: 5000 });
          else reject(outcome);
        });
      });
    },
    () => this.now,
  );

  answer(outcome: string | Error): void {
    this.settle.shift()?.(outcome);
  }
}

describe('what is remembered', () => {
  it('is fetched once for all who ask meanwhile', async () => {
    const source = new Source();
    const all = [1, 2, 3].map(() => source.remembered.get());
    source.answer('a');
    expect(await Promise.all(all)).toEqual(['a', 'a', 'a']);
    expect(source.asked).toBe(1);
  });

  it('is fetched anew when its life is over, which begins when it comes', async () => {
    const source = new Source();
    const first = source.remembered.get();
    source.now += 60_000;
    source.answer('a');
    await first;
    source.now += 4999;
    expect(await source.remembered.get()).toBe('a');
    source.now += 1;
    const second = source.remembered.get();
    source.answer('b');
    expect(await second).toBe('b');
    expect(source.asked).toBe(2);
  });

  it('is a failure for a second', async () => {
    const source = new Source();
    const failed = source.remembered.get();
    source.answer(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    source.now += 999;
    await expect(source.remembered.get()).rejects.toThrow('away');
    source.now += 1;
    const again = source.remembered.get();
    source.answer('a');
    expect(await again).toBe('a');
    expect(source.asked).toBe(2);
  });

  it('can be forgotten', async () => {
    const source = new Source();
    const first = source.remembered.get();
    source.answer('a');
    await first;
    source.remembered.forget();
    const second = source.remembered.get();
    source.answer('b');
    expect(await second).toBe('b');
  });

  it('is not what comes after it was forgotten', async () => {
    const source = new Source();
    const old = source.remembered.get();
    source.remembered.forget();
    const fresh = source.remembered.get();
    source.answer('old');
    source.answer('fresh');
    expect([await old, await fresh]).toEqual(['old', 'fresh']);
    expect(await source.remembered.get()).toBe('fresh');
    expect(source.asked).toBe(2);
  });
});
