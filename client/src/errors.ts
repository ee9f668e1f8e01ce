/** The options are not usable; the message says all that is wrong. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';

  constructor(readonly faults: readonly string[]) {
    super(`The options of the Tekton client are not usable: ${faults.join('; ')}`);
  }
}

/** The client was closed before that was done. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';

  constructor() {
    super('The Tekton client was closed');
  }
}

/** Tekton, or the issuer, cannot be reached, or answered with something that is not of use. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  /** Of HTTP; undefined if there was no answer. */
  readonly status: number | undefined;

  constructor(
    message: string,
    /** Milliseconds that the other end asked to wait. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions & { status?: number },
  ) {
    super(message, options);
    this.status = options?.status;
  }
}

/** Tekton refused a request for good: to ask the same again is of no use before somebody mends it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    message: string,
    /** Of HTTP. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** A snapshot file that is there and cannot be used. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** What an unknown thing that was thrown says. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What fetch throws says why only in its cause.
  const { cause } = error;
  return cause instanceof Error && cause.message !== ''
    ? `${error.message}: ${cause.message}`
    : error.message;
}

/** An unknown thing that was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
