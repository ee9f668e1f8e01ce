import { setTimeout as sleep } from 'node:timers/promises';

/** How long is waited between attempts, in milliseconds: twice as long each time, up to the last. */
export interface BackOff {
  firstMs: number;
  lastMs: number;
  /** Ends the trying. */
  signal: AbortSignal;
}

/**
 * Runs `attempt` until it succeeds or the signal comes.
 *
 * @param onFailure told of each failure, and how long it is until the next attempt; what it throws
 *   ends the trying
 */
export async function keepTrying(
  attempt: () => Promise<void>,
  onFailure: (error: unknown, waitMs: number) => void,
  { firstMs, lastMs, signal }: BackOff,
): Promise<void> {
  for (let waitMs = firstMs; !signal.aborted; waitMs = Math.min(waitMs * 2, lastMs)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (isAborted(signal)) return;
      onFailure(error, waitMs);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A function, since the compiler takes what it saw before an `await` for still so. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
