/** What has a code of its own, of ours or of what could not be reached, is told to the operator in words, without a stack. */
export function fail(error: unknown): never {
  const { exitCode, code, message } = error as {
    exitCode?: number;
    code?: string;
    message?: string;
  };
  console.error(exitCode === undefined && code === undefined ? error : message);
  process.exit(exitCode ?? 1);
}
