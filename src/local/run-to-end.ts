import { constants } from 'node:os';
import { LocalError, messageOf } from './local-error.js';
import type { RunningPart } from './local-parts.js';
import { onStopSignals } from './stop-signals.js';

/** What a run has to go by. */
export interface Run {
  /** Takes each part as soon as it runs: the last one is stopped first, however the run ends. */
  started: (part: RunningPart) => void;
  /** Aborted when the run is to stop. */
  signal: AbortSignal;
}

/** What {@link runToEnd} needs. */
export interface RunToEndOptions {
  work: (run: Run) => Promise<void>;
  /** Takes why it failed, if that is no fault of the program itself. */
  failed: (message: string) => void;
  /** Called if all went well, when everything has been stopped. */
  done: () => void;
}

/**
 * Does what a program was started for, stops all that it brought up, and ends the process: with code 0
 * if all went well, 1 if not, and 128 and its number after a signal.
 */
export async function runToEnd({ work, failed, done }: RunToEndOptions): Promise<void> {
  const interruption = new AbortController();
  const { signal } = interruption;
  let exitCode = 0;
  onStopSignals(
    (name) => {
      exitCode = 128 + constants.signals[name];
      console.log('\nStopping ...');
      interruption.abort();
    },
    () => process.exit(exitCode),
  );
  // Whoever reads the output may go away before the end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const parts: RunningPart[] = [];
  try {
    await work({ started: (part) => parts.unshift(part), signal });
  } catch (error) {
    if (!signal.aborted) {
      exitCode = 1;
      if (error instanceof LocalError) failed(error.message);
      else console.error(error);
    }
  }
  for (const { name, stop } of parts) {
    try {
      await stop();
    } catch (error) {
      console.error(`Stopping ${name} failed: ${messageOf(error)}`);
      exitCode ||= 1;
    }
  }
  if (exitCode === 0) done();
  process.exit(exitCode);
}
