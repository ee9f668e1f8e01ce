const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Within this many milliseconds a second signal is the same wish: a terminal's Ctrl-C reaches us both
 * from the terminal and from npm, which passes on the one it got itself.
 */
const SAME_WISH = 700;

/**
 * From now on the signals that ask a process to end come here instead of ending it.
 * @param first on the first one
 * @param again on every later one
 */
export function onStopSignals(
  first: (signal: NodeJS.Signals) => void,
  again: (signal: NodeJS.Signals) => void,
): void {
  let asked: number | undefined;
  for (const name of STOP_SIGNALS) {
    process.on(name, (signal) => {
      const now = performance.now();
      if (asked === undefined) {
        asked = now;
        first(signal);
      } else if (now - asked > SAME_WISH) {
        again(signal);
      }
    });
  }
}
