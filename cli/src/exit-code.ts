/** What a command ends with; 0 if it did what it was to do. The README and `tekton --help` list them. */
export const EXIT = {
  /** `diff` has found differences. */
  different: 1,
  /** The command line, the environment, or a file is not usable; nothing was sent. */
  usage: 2,
  /** Tekton refused it: not valid, a clash, or changed by somebody else meanwhile. */
  refused: 3,
  /** No token, not a good one, or one without the right. */
  denied: 4,
  /** There is no such thing, or it may not be seen. */
  missing: 5,
  /** Tekton, the issuer or NATS cannot be reached, or is overloaded: try again later. */
  unavailable: 6,
  /** Something that should not happen. */
  unexpected: 70,
  /** Ended by Ctrl-C: 128 and the number of the signal, as shells tell it. */
  interrupted: 130,
  /** Whoever reads the output has gone. */
  brokenPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
