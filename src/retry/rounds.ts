import { setTimeout as sleep } from 'node:timers/promises';

/** How a piece of work is repeated, in milliseconds. */
export interface RoundTimes {
  /** The first round comes at some time within this: replicas start together. */
  firstWithinMs: number;
  /** From the end of a round to the start of the next. */
  pauseMs: number;
}

/** Does the same work again and again in the background, a round at a time. */
export class Rounds {
  private readonly stopping = new AbortController();

  /**
   * @param work one round; given a signal that asks it to end early
   * @param onFailure told of what a round threw; the next one comes all the same
   */
  constructor(
    private readonly work: (stopping: AbortSignal) => Promise<unknown>,
    private readonly times: RoundTimes,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    void this.run();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const { firstWithinMs, pauseMs } = this.times;
    await this.rest(Math.random() * firstWithinMs);
    while (!this.isStopping()) {
      try {
        await this.work(this.stopping.signal);
      } catch (error) {
        if (this.isStopping()) return;
        this.onFailure(error);
      }
      await this.rest(pauseMs);
    }
  }

  private async rest(ms: number): Promise<void> {
    const options = { signal: this.stopping.signal, ref: false };
    await sleep(ms, undefined, options).catch(() => undefined);
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}
