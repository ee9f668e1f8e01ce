/** The HTTP status that each error code is answered with, RFC 9110 section 15. */
export const ERROR_STATUS = {
  MALFORMED_REQUEST: 400,
  MALFORMED_BODY: 400,
  INVALID_PARAMETER: 400,
  INVALID_BODY: 400,
  SCHEMA_VIOLATION: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NAME_TAKEN: 409,
  NOT_RESTORABLE: 409,
  POSITION_GONE: 410,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  URI_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One fault among several: where it is, and what is wrong there. */
export interface Fault {
  /** JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
  path: string;
  message: string;
}

interface TektonErrorOptions {
  faults?: readonly Fault[];
  /** Response headers that the status asks for, such as `Allow` or `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * An error that a caller is told about. Its message says what was wrong and how to mend it, and
 * holds nothing that the caller may not know.
 */
export class TektonError extends Error {
  override readonly name = 'TektonError';
  readonly status: number;
  readonly faults: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: TektonErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.status = ERROR_STATUS[code];
    this.faults = options.faults;
    this.headers = options.headers ?? {};
  }
}

/** How many faults an answer lists; a caller mends the first ones first. */
export const FAULTS_LISTED = 1000;

/**
 * One error for a list of faults of one kind.
 *
 * @param what what the faults are in, such as "The configuration"
 */
export function faultsError(code: ErrorCode, what: string, faults: readonly Fault[]): TektonError {
  const [first] = faults;
  const place = first?.path ? `${first.path}: ` : '';
  const message = `${what} is not valid: ${place}${first?.message ?? ''}${describeRest(faults)}`;
  return new TektonError(code, message, { faults: faults.slice(0, FAULTS_LISTED) });
}

function describeRest({ length }: readonly Fault[]): string {
  if (length >= FAULTS_LISTED) return ` (errors lists the first ${FAULTS_LISTED} faults)`;
  return length > 1 ? ` (and ${length - 1} more, see errors)` : '';
}
