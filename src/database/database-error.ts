import { refusedCertificate } from '../errors/refused-certificate.js';
import { TektonError } from '../errors/tekton-error.js';

/** SQLSTATE classes that say the server, not the statement, is in trouble. */
const UNAVAILABLE_CLASSES = [
  '08', // connection exception
  '28', // invalid authorization: a password or certificate that holds no longer
  '25006', // read-only transaction: a standby, or a primary that was demoted
  '25P03', // a transaction that was silent for too long was given up
  '53', // insufficient resources: too many connections, disk full
  '57P', // operator intervention: shutdown, crash, cannot connect now
  '57014', // query canceled: statement time-out
  '58', // system error
];
const UNAVAILABLE_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/;
/** What node-postgres says without a code. */
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|already released|SSL connection/;

const RETRY_AFTER_SECONDS = 1;

interface DatabaseError {
  code?: string;
  constraint?: string;
}

/** The error of the driver, also if TypeORM has wrapped it. */
export function driverError(error: unknown): DatabaseError {
  const { driverError: wrapped } = (error ?? {}) as { driverError?: DatabaseError };
  return wrapped ?? error ?? {};
}

/** SQLSTATE 23505. */
export function isUniqueViolation(error: unknown): boolean {
  return driverError(error).code === '23505';
}

/** SQLSTATE 23503. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverError(error).code === '23503';
}

/** SQLSTATE 40P01, and 40001 which a standby or a stricter isolation gives. */
export function isDeadlock(error: unknown): boolean {
  return ['40P01', '40001'].includes(driverError(error).code ?? '');
}

/** SQLSTATE 55P03. */
export function isLockTimeout(error: unknown): boolean {
  return driverError(error).code === '55P03';
}

/** node-postgres: the server has not answered in time; the connection still waits for it. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Query read timeout');
}

/** SQLSTATE 25006. */
export function isReadOnly(error: unknown): boolean {
  return driverError(error).code === '25006';
}

/** The name of the constraint that an error from PostgreSQL is about. */
export function violatedConstraint(error: unknown): string | undefined {
  return driverError(error).constraint;
}

export function isDatabaseUnavailable(error: unknown): boolean {
  const code = driverError(error).code ?? '';
  return (
    UNAVAILABLE_CLASSES.some((prefix) => code.startsWith(prefix)) ||
    UNAVAILABLE_CODES.test(code) ||
    refusedCertificate(error) !== undefined ||
    (error instanceof Error && UNAVAILABLE_MESSAGES.test(error.message))
  );
}

/** node-postgres: no connection of the pool became free in time, so that nothing was sent. */
const NEVER_SENT = 'timeout exceeded when trying to connect';

/** What callers are told while the database cannot be used. */
export function databaseUnavailable(cause?: unknown): TektonError {
  const outcome =
    cause === undefined || (cause instanceof Error && cause.message.includes(NEVER_SENT))
      ? 'Nothing was changed; try again.'
      : 'Whether a change that was under way took place is not known; read it, then try again.';
  return new TektonError('UNAVAILABLE', `The database cannot be reached right now. ${outcome}`, {
    cause,
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });
}

/** The same error, or what callers are told if it says that the database cannot be used. */
export function translate(error: unknown): unknown {
  return isDatabaseUnavailable(error) ? databaseUnavailable(error) : error;
}
