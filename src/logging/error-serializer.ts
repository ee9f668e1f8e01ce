/** How deep an error's causes are told. */
const DEEPEST_CAUSE = 5;
/** Characters of each text: what others have said may be quoted in it. */
const LONGEST_MESSAGE = 1000;
const LONGEST_STACK = 4000;

/** What is told of an error. */
interface LoggedError {
  type: string;
  message: string;
  stack?: string | undefined;
  code?: string | number | undefined;
  constraint?: string | undefined;
  cause?: LoggedError | undefined;
}

/**
 * An error as the log has it. Of what libraries hang on their errors, only what cannot hold a
 * document or a secret: the driver of PostgreSQL tells rows (`detail`), TypeORM statements with
 * their values.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return {
    type: name,
    message: message.slice(0, LONGEST_MESSAGE),
    stack: stack?.slice(0, LONGEST_STACK),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(cause !== undefined &&
      depth < DEEPEST_CAUSE && { cause: serializeError(cause, depth + 1) }),
  };
}
