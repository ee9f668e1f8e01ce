/** What was fetched, and for how long it holds. */
export interface Fetched<Value> {
  value: Value;
  lifetimeMs: number;
}

/** After a failure everybody is told of it for so long, rather than asking again. */
const RETRY_MS = 1000;

/**
 * A value from elsewhere: fetched when it is first asked for, once for all who ask meanwhile, and
 * anew when it is old or forgotten.
 */
export class Remembered<Value> {
  private state: { result: Promise<Value>; until: number } | undefined;

  constructor(
    private readonly fetch: () => Promise<Fetched<Value>>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws what fetching threw, until it is tried again after a second */
  get(): Promise<Value> {
    if (this.state && this.now() < this.state.until) return this.state.result;
    const state = { result: Promise.resolve() as Promise<unknown>, until: Infinity };
    const hold = (forMs: number): void => {
      state.until = this.now() + forMs;
    };
    const result = this.fetch().then(
      ({ value, lifetimeMs }) => {
        hold(lifetimeMs);
        return value;
      },
      (error: unknown) => {
        hold(RETRY_MS);
        throw error;
      },
    );
    state.result = result;
    this.state = state as typeof this.state;
    return result;
  }

  /** Fetches anew when it is asked for next. */
  forget(): void {
    this.state = undefined;
  }
}
