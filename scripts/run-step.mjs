// Runs one long step (installing, building) as a child process, quietly unless it fails.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A message for the reader, without a stack, and the code to end with. */
export class StepError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Says what is being done, does it, and shows the command's own output only if it failed.
 * A signal that this process gets ends the command, with all its children, first.
 * @param {{ title: string, command: string, args: string[], cwd: string,
 *           onStarted?: (pid: number) => void }} step
 * @throws {StepError} if the command fails, or was ended by a signal
 */
export async function runStep({ title, command, args, cwd, onStarted }) {
  console.log(`${title} ...`);
  const begin = Date.now();
  // A process group of its own, so that all of it can be ended at once.
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));

  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  };
  let interruptedBy;
  const interrupt = (signal) => {
    interruptedBy ??= signal;
    end('SIGTERM');
    setTimeout(() => end('SIGKILL'), 5000).unref();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, interrupt);
  const stillAtIt = setInterval(() => {
    console.log(`... still at it after ${Math.round((Date.now() - begin) / 1000)} s`);
  }, 30_000);

  try {
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ error }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (child.pid !== undefined) onStarted?.(child.pid);
    const { code, signal, error } = await ended;
    if (interruptedBy !== undefined) {
      end('SIGKILL');
      const number = constants.signals[interruptedBy];
      throw new StepError(
        `Interrupted (${interruptedBy}); the next start begins it anew.`,
        128 + number,
      );
    }
    if (error !== undefined) throw new StepError(`Cannot run ${command}: ${error.message}`, 1);
    if (code !== 0) {
      process.stderr.write(Buffer.concat(output));
      throw new StepError(
        `${title} failed (${signal ?? `exit code ${code}`}): ${command} ${args.join(' ')}`,
        1,
      );
    }
  } finally {
    clearInterval(stillAtIt);
    for (const signal of STOP_SIGNALS) process.off(signal, interrupt);
  }
}
