import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const CORRELATION_HEADER = 'x-correlation-id';
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/** The caller's own ID if it is 1 to 128 visible ASCII characters, else a new UUID. */
export function correlationIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[CORRELATION_HEADER];
  return typeof given === 'string' && isCorrelationId(given) ? given : randomUUID();
}

/** Whether it fits into headers, messages and the log as it is. */
export function isCorrelationId(text: string): boolean {
  return VISIBLE_ASCII.test(text);
}
