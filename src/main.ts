// First of all: it says how the heap is to grow.
import './compact-heap.js';
import { fail } from './fail.js';
import { startTekton, type RunningTekton } from './start-tekton.js';

/** Ends the process on a signal: gracefully on the first, at once on the second. */
function stopOnSignals(tekton: RunningTekton): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      tekton.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          fail(error);
        },
      );
    });
  }
}

try {
  const tekton = await startTekton();
  stopOnSignals(tekton);
  await tekton.ready;
} catch (error) {
  fail(error);
}
