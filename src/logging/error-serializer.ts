/** How deep an error's causes are told. */
const DEEPEST_CAUSE = 5;
/** Characters of each text: what others have said may be quoted in it. */
const LONGEST_MESSAGE = 1000;
const LONGEST_STACK = 4000;
const LONGEST_CODE = 100;
/** Of several errors in one, as of an address that stands for several servers. */
const MOST_ERRORS = 5;

/** What is told of an error. */
interface LoggedError {
  type: string;
  message: string;
  stack?: string | undefined;
  code?: string | number | undefined;
  constraint?: string | undefined;
  cause?: LoggedError | undefined;
  errors?: LoggedError[] | undefined;
}

/**
 * An error as the log has it. Of what libraries hang on their errors, only what cannot hold a
 * document or a secret: the driver of PostgreSQL tells rows (`detail`), TypeORM statements with
 * their values.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: describe(error) };
  const { name, message, stack, cause } = error;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const isDeepest = depth >= DEEPEST_CAUSE;
  return {
    type: name,
    message: message.slice(0, LONGEST_MESSAGE),
    stack: stack?.slice(0, LONGEST_STACK),
    ...(typeof code === 'string' && { code: code.slice(0, LONGEST_CODE) }),
    ...(typeof code === 'number' && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(cause !== undefined && !isDeepest && { cause: serializeError(cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      !isDeepest && {
        errors: error.errors.slice(0, MOST_ERRORS).map((one) => serializeError(one, depth + 1)),
      }),
  };
}

/** What was thrown that is no error: its text, or its kind alone where it could be anything. */
function describe(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null
    ? Object.prototype.toString.call(thrown)
    : String(thrown).slice(0, LONGEST_MESSAGE);
}
