import { TektonError } from '../errors/tekton-error.js';

/** Calls in one statement. More would make the first of them wait for the last. */
const MOST_CALLS = 32;
/** Characters of all values in one statement, unless one call alone has more. */
const MOST_CHARACTERS = 512 * 1024;
/** Statements under way; calls that come meanwhile are gathered for the next. */
const UNDER_WAY = 2;
/** What takes longer, as where the database is slow or silent, is not waited for. */
const PATIENCE_MS = 20;

type Value = string | null;

/** What a row has beside what is told of one call. */
interface GatheredRow {
  /** The number of the call, from 1. */
  call: number;
}

interface Call<Row> {
  values: readonly Value[];
  key: string | undefined;
  resolve: (row: Row | undefined) => void;
  reject: (error: unknown) => void;
}

/** What {@link GatheredStatement} needs. */
export interface GatheredOptions<Row> {
  /**
   * Runs the statement, as a transaction of its own. It takes an array for each value of a call, and
   * gives at most one row for each call.
   */
  run: (columns: Value[][]) => Promise<(Row & GatheredRow)[]>;
  /** Does the same for a call that has come alone: there is a simpler statement for it. */
  runAlone: (values: readonly Value[]) => Promise<Row | undefined>;
  /** Calls with the same key are made one after the other; default: none are. */
  keyOf?: (values: readonly Value[]) => string;
}

/**
 * Makes calls that come at the same time in one round trip to the database: it is the round trips that
 * cost, not the rows. Each sees what was committed before it was made, as it would alone.
 */
export class GatheredStatement<Row> {
  private waiting: Call<Row>[] = [];
  private readonly busyKeys = new Set<string>();
  private underWay = 0;
  private isDue = false;
  private patience: NodeJS.Timeout | undefined;

  constructor(private readonly options: GatheredOptions<Row>) {}

  /**
   * @returns undefined if there is no row
   * @throws {TektonError} UNAVAILABLE if the database cannot be used
   */
  run(values: readonly Value[]): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ values, key: this.options.keyOf?.(values), resolve, reject });
      this.beginSoon();
    });
  }

  /** After everything that has arrived by now has been looked at. */
  private beginSoon(): void {
    if (this.waiting.length === 0 || this.isDue) return;
    if (this.underWay >= UNDER_WAY) {
      this.patience ??= setTimeout(() => {
        this.patience = undefined;
        this.begin(1);
      }, PATIENCE_MS);
      return;
    }
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.begin(UNDER_WAY - this.underWay);
    });
  }

  /** @param most statements */
  private begin(most: number): void {
    for (let begun = 0; begun < most; begun++) {
      const calls = this.take();
      if (calls.length === 0) break;
      this.underWay++;
      void this.make(calls).finally(() => {
        this.underWay--;
        for (const { key } of calls) if (key !== undefined) this.busyKeys.delete(key);
        if (this.underWay < UNDER_WAY) {
          clearTimeout(this.patience);
          this.patience = undefined;
        }
        this.beginSoon();
      });
    }
    this.beginSoon();
  }

  /** Those that go into the next statement. */
  private take(): Call<Row>[] {
    const taken: Call<Row>[] = [];
    const left: Call<Row>[] = [];
    let characters = 0;
    for (const call of this.waiting) {
      const size = call.values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
      const hasRoom = taken.length < MOST_CALLS && characters + size <= MOST_CHARACTERS;
      const isBusy = call.key !== undefined && this.busyKeys.has(call.key);
      if (isBusy || !(hasRoom || taken.length === 0)) {
        left.push(call);
        continue;
      }
      taken.push(call);
      characters += size;
      if (call.key !== undefined) this.busyKeys.add(call.key);
    }
    this.waiting = left;
    return taken;
  }

  /** Never rejects. */
  private async make(calls: readonly Call<Row>[]): Promise<void> {
    const [first] = calls;
    if (first !== undefined && calls.length === 1) {
      await this.options.runAlone(first.values).then(first.resolve, first.reject);
      return;
    }
    try {
      const rows = await this.options.run(columnsOf(calls));
      const rowOf: (Row | undefined)[] = [];
      for (const row of rows) rowOf[row.call] = row;
      calls.forEach(({ resolve }, index) => {
        resolve(rowOf[index + 1]);
      });
    } catch (error) {
      // Values that PostgreSQL does not take are the fault of one call, and no other's business.
      if (!isUnavailable(error)) {
        await Promise.all(calls.map((call) => this.make([call])));
        return;
      }
      for (const { reject } of calls) reject(error);
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TektonError && error.code === 'UNAVAILABLE';
}

/** The first values of all calls, the second values of all, ... */
function columnsOf(calls: readonly { values: readonly Value[] }[]): Value[][] {
  const width = calls[0]?.values.length ?? 0;
  return Array.from({ length: width }, (_, column) =>
    calls.map(({ values }) => values[column] ?? null),
  );
}
