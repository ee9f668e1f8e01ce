import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

const SILENT = Symbol('silent');

/** Nobody has answered for as long as somebody was ready to wait. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * A question to another server: asked once for all who want to know at a time, so that they do not
 * pile up where there is no answer, and waited for by each only as long as it likes.
 */
export class SharedQuestion<Answer> {
  private asking: Promise<Answer> | undefined;

  /** @param ask must end at some time */
  constructor(private readonly ask: () => Promise<Answer>) {}

  /**
   * @throws {SilenceError} if there is no answer in time
   * @throws what asking throws
   */
  async answer(patienceMs: number): Promise<Answer> {
    const over = new AbortController();
    // What has come while this process was busy is read before it is found to be missing.
    const silence = sleep(patienceMs, undefined, { signal: over.signal })
      .then(() => turn(SILENT))
      .catch(() => SILENT);
    const outcome = await Promise.race([this.asked(), silence]).finally(() => {
      over.abort();
    });
    if (outcome === SILENT) throw new SilenceError(`No answer within ${patienceMs} ms`);
    return outcome as Answer;
  }

  private asked(): Promise<Answer> {
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }
}
