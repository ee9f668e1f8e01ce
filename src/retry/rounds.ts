import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

/** However many ask for a round, they come at most so often. */
const SHORTEST_INTERVAL_MS = 1000;

/** How long a round that is under way at a stop is waited for: others stop after it. */
const LAST_ROUND_MS = 5000;

/** Work that is done again and again in the background: one round at a time, and sooner if asked for. */
export abstract class Rounds implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private stopped = false;
  private startedAt = -Infinity;

  /** @param firstWithinMs the first round comes at some time within this: replicas start together */
  constructor(private readonly firstWithinMs: number) {}

  onApplicationBootstrap(): void {
    this.schedule(Math.random() * this.firstWithinMs);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    if (!this.running) return;
    let over: NodeJS.Timeout | undefined;
    const givenUp = new Promise<void>((resolve) => {
      over = setTimeout(resolve, LAST_ROUND_MS);
    });
    await Promise.race([this.running, givenUp]);
    clearTimeout(over);
  }

  /** Has a round soon, also if there is one now that may have passed what has changed since. */
  runSoon(): void {
    this.isWanted = true;
    if (!this.running) this.schedule(0);
  }

  /** Whether a round should end early. */
  protected get isStopping(): boolean {
    return this.stopped;
  }

  /**
   * Does one round; what goes wrong is its own to tell.
   *
   * @param wasWanted whether it was asked for
   * @returns after how many milliseconds to run again
   */
  protected abstract run(wasWanted: boolean): Promise<number>;

  private schedule(inMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const notBefore = this.startedAt + SHORTEST_INTERVAL_MS - performance.now();
    const begin = () => {
      this.startedAt = performance.now();
      const wasWanted = this.isWanted;
      this.isWanted = false;
      this.running = this.run(wasWanted).then((nextMs) => {
        this.running = undefined;
        this.schedule(this.isWanted ? 0 : nextMs);
      });
    };
    this.timer = setTimeout(begin, Math.max(inMs, notBefore)).unref();
  }
}
