import { reasonOf } from './errors/reason.js';

/** What has a code of its own, of ours or of what could not be reached, is told to the operator in words, without a stack. */
export function fail(error: unknown): never {
  const { exitCode, code } = error as { exitCode?: number; code?: string };
  console.error(exitCode === undefined && code === undefined ? error : reasonOf(error));
  process.exit(exitCode ?? 1);
}
