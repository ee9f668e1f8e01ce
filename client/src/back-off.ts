/** How long to wait after failures in a row: twice as long each time, by chance up to a half less. */
export class BackOff {
  private failures = 0;

  /** @param first, last in milliseconds */
  constructor(
    private readonly first: number,
    private readonly last: number,
  ) {}

  /**
   * Milliseconds to wait after one more failure.
   * @param atLeast what the other end asked for
   */
  next(atLeast = 0): number {
    const longest = Math.min(
      this.first * 2 ** Math.min(this.failures, 30),
      Math.max(this.first, this.last),
    );
    this.failures++;
    // Replicas that failed together do not come again together.
    return Math.max(atLeast * (1 + Math.random() / 2), longest * (1 - Math.random() / 2));
  }

  /** It worked. */
  reset(): void {
    this.failures = 0;
  }
}
