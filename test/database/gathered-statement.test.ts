import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { databaseUnavailable } from '../../src/database/database-error.js';
import { GatheredStatement } from '../../src/database/gathered-statement.js';

/** What the statements of these tests give. */
interface Numbered {
  number: number;
}

/** Halves numbers in a real database: one at a time, or many. `slow` ones take longer than patience. */
const ALONE = 'SELECT $1::integer / 2 AS number';
const EACH = `
  SELECT call::integer, text::integer / 2 AS number
  FROM unnest($1::text[]) WITH ORDINALITY AS given (text, call) WHERE text <> '7'`;

describe('a gathered statement', () => {
  let pool: pg.Pool;
  /** How many calls each statement was for. */
  let sizes: number[];

  beforeAll(() => {
    pool = new pg.Pool({ connectionString: inject('postgresUrl'), max: 8 });
  });
  afterAll(() => pool.end());
  beforeEach(() => {
    sizes = [];
  });

  function halving(
    options: Partial<ConstructorParameters<typeof GatheredStatement<Numbered>>[0]> = {},
  ): GatheredStatement<Numbered> {
    return new GatheredStatement<Numbered>({
      run: async (columns) => {
        sizes.push(columns[0]?.length ?? 0);
        return (await pool.query<Numbered & { call: number }>(EACH, columns)).rows;
      },
      runAlone: async (values) => {
        sizes.push(1);
        return (await pool.query<Numbered>(ALONE, [...values])).rows[0];
      },
      ...options,
    });
  }

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 10);

  it('gives each call its own row, however many come', async () => {
    const statement = halving();
    const rows = await Promise.all(numbers(500).map((n) => statement.run([String(n)])));
    expect(rows.map((row) => row?.number)).toEqual(numbers(500).map((n) => Math.floor(n / 2)));
    expect(Math.max(...sizes)).toBe(32);
    expect(sizes.length).toBeLessThan(30);
  });

  it('gives nothing where there is no row', async () => {
    const statement = halving();
    const rows = await Promise.all(['6', '7', '8'].map((text) => statement.run([text])));
    expect(rows.map((row) => row?.number)).toEqual([3, undefined, 4]);
  });

  it('runs the simpler statement for a call that comes alone', async () => {
    const statement = halving();
    expect(await statement.run(['9'])).toEqual({ number: 4 });
    expect(await statement.run(['11'])).toEqual({ number: 5 });
    expect(sizes).toEqual([1, 1]);
  });

  it('tells a fault to the one call whose fault it is', async () => {
    const statement = halving();
    const texts = [...numbers(20).map(String), 'rubbish'];
    const results = await Promise.allSettled(texts.map((text) => statement.run([text])));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(results.at(-1)).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('invalid input syntax') as string },
    });
  });

  it('does not run again what may have been done when the database was lost', async () => {
    let runs = 0;
    const statement = halving({
      run: () => {
        runs++;
        return Promise.reject(databaseUnavailable());
      },
    });
    const results = await Promise.allSettled(numbers(10).map((n) => statement.run([String(n)])));
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
    expect([runs, sizes]).toEqual([1, []]);
  });

  it('never has two calls with the same key in one statement, or at one time', async () => {
    const underWay = new Set<string | null>();
    const statement = halving({
      keyOf: ([text]) => text ?? '',
      run: async (columns) => {
        const texts = columns[0] ?? [];
        expect(new Set(texts).size).toBe(texts.length);
        for (const text of texts) expect(underWay).not.toContain(text);
        for (const text of texts) underWay.add(text);
        const { rows } = await pool.query<Numbered & { call: number }>(EACH, columns);
        for (const text of texts) underWay.delete(text);
        return rows;
      },
    });
    const texts = numbers(100).map((n) => String(n % 5));
    const rows = await Promise.all(texts.map((text) => statement.run([text])));
    expect(rows.map((row) => row?.number)).toEqual(texts.map((n) => Math.floor(Number(n) / 2)));
  });

  it('does not have others wait for statements that hang', async () => {
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const statement = halving({
      runAlone: async ([text]) => {
        if (text === '2') await hanging;
        return { number: Number(text) / 2 };
      },
    });
    // One after the other, so that each is alone.
    const first = statement.run(['2']);
    await new Promise((resolve) => setImmediate(resolve));
    const second = statement.run(['2']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await statement.run(['4'])).toEqual({ number: 2 });
    release();
    expect(await Promise.all([first, second])).toEqual([{ number: 1 }, { number: 1 }]);
  });

  it('puts large values into statements of their own', async () => {
    const statement = new GatheredStatement<Numbered>({
      run: (columns) => {
        sizes.push(columns[0]?.length ?? 0);
        return Promise.resolve(
          columns[0]?.map((text, index) => ({ call: index + 1, number: text?.length ?? 0 })) ?? [],
        );
      },
      runAlone: ([text]) => {
        sizes.push(1);
        return Promise.resolve({ number: text?.length ?? 0 });
      },
    });
    const large = 'x'.repeat(600 * 1024);
    const rows = await Promise.all(['a', large, 'b', large].map((text) => statement.run([text])));
    expect(rows.map((row) => row?.number)).toEqual([1, large.length, 1, large.length]);
    expect(sizes.sort()).toEqual([1, 1, 2]);
  });
});
