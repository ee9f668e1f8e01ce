const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const callbacks = new Set<() => void>();

/**
 * Has something done when this process ends: by itself, or by a signal that nobody else listens to
 * (of SIGKILL nobody can know). There is no time left then to wait for anything: it must be synchronous.
 * @returns what takes it back
 */
export function whenProcessEnds(callback: () => void): () => void {
  if (callbacks.size === 0) listen();
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) stopListening();
  };
}

function listen(): void {
  process.on('exit', runAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function stopListening(): void {
  process.off('exit', runAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function runAll(): void {
  for (const callback of [...callbacks]) callback();
}

function onSignal(signal: NodeJS.Signals): void {
  // Whoever listens too decides what the signal means; if it is the end, `exit` follows.
  if (process.listenerCount(signal) > 1) return;
  runAll();
  stopListening();
  // Now it does what it would have done without us.
  process.kill(process.pid, signal);
}
