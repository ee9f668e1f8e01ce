/**
 * What a promise gives, unless the signal comes first or the time is over; what it gives later is lost.
 * @param timeout milliseconds
 * @throws the reason of the signal, or an Error that tells the time
 */
export async function inTime<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  timeout?: number,
): Promise<T> {
  let cleanUp: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    const giveUp = () => {
      reject(signal.reason as Error);
    };
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            reject(new Error(`there was none within ${timeout} ms`));
          }, timeout);
    cleanUp = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    cleanUp();
  }
}
