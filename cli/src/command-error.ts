import type { ExitCode } from './exit-code.js';

/** One of several things that are wrong. */
export interface Fault {
  /** JSON Pointer, or the name of a parameter. */
  path: string;
  message: string;
}

/** What Tekton says beside the message. */
export interface Refusal {
  status: number;
  faults: readonly Fault[];
  correlationId: string | undefined;
}

/** Why a command did not do what it was to do; its message is for whoever called it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly refusal?: Refusal,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
