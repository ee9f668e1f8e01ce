const FIRST_MS = 2000;
const LAST_MS = 300_000;

/** When to say again what goes on: at once, then after ever longer times. */
export class Seldom {
  private waitMs = FIRST_MS;
  private nextAt = -Infinity;

  /** @param now milliseconds of a clock that is never set back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether it is time to say it; then it is taken for said. */
  isDue(): boolean {
    if (this.now() < this.nextAt) return false;
    this.nextAt = this.now() + this.waitMs;
    this.waitMs = Math.min(this.waitMs * 2, LAST_MS);
    return true;
  }

  /** It is over: the next time is the first one. */
  reset(): void {
    this.waitMs = FIRST_MS;
    this.nextAt = -Infinity;
  }
}
