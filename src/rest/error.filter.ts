import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.js';
import { OverloadError } from './admission.js';
import { JSON_UTF8 } from './json-utf8.js';
import { ERROR_STATUS, TektonError, type ErrorCode, type Fault } from '../errors/tekton-error.js';

/** The body of every error answer. */
export interface ErrorBody {
  message: string;
  errors?: readonly Fault[];
}

/** What an error must not have of the answer that it stands for. */
const HEADERS_OF_CONTENT = ['etag', 'link', 'x-revision', 'x-position'];

/** What the HTTP framework refuses by itself, by its status. */
const FOREIGN: readonly [ErrorCode, string][] = [
  ['MALFORMED_REQUEST', 'The request is malformed'],
  ['NOT_FOUND', 'There is nothing at this path; see /api/v1/docs'],
  ['PRECONDITION_FAILED', 'A precondition does not hold'],
  ['PAYLOAD_TOO_LARGE', 'The body is too large'],
  ['UNSUPPORTED_MEDIA_TYPE', 'The content type is not one of this call'],
  ['RANGE_NOT_SATISFIABLE', 'There is nothing in this range'],
];

/** What the pages of the documentation answer to paths that lead out of them. */
const FORBIDDEN = 403;

/** Makes the one form of answer out of every error, and tells the log what callers must not see. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    /** What to say of a request that no route took. */
    private readonly unrouted: (request: FastifyRequest) => TektonError,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const told = this.toTektonError(error, request);
    if (told.code === 'INTERNAL') {
      this.logger.error({ err: error, correlationId: request.id }, 'A request failed');
    } else if (told.status >= 500 && !(told instanceof OverloadError)) {
      // There may be thousands of these a second: what is behind them is said where it is noticed.
      this.logger.warn({ correlationId: request.id }, told.message);
    }
    if (reply.raw.headersSent) {
      // Half an answer must not look whole.
      reply.raw.destroy();
      return;
    }
    void reply.send(becomeError(reply, told));
  }

  private toTektonError(error: unknown, request: FastifyRequest): TektonError {
    if (error instanceof TektonError) return error;
    if (request.is404) return this.unrouted(request);
    const { statusCode, status = statusCode } = (error ?? {}) as {
      statusCode?: number;
      status?: number;
    };
    // Of what is not Tekton's own, such as the pages of the documentation, only the status is told.
    const shown = status === FORBIDDEN ? ERROR_STATUS.NOT_FOUND : status;
    const foreign = FOREIGN.find(([code]) => ERROR_STATUS[code] === shown);
    return foreign
      ? new TektonError(...foreign)
      : new TektonError('INTERNAL', 'Internal Server Error', { cause: error });
  }
}

/**
 * Makes an answer that was begun one of an error.
 *
 * @returns its body
 */
export function becomeError(reply: FastifyReply, error: TektonError): string {
  for (const name of HEADERS_OF_CONTENT) reply.removeHeader(name);
  reply.status(error.status).headers(error.headers).header('content-type', JSON_UTF8);
  return JSON.stringify(errorBody(error));
}

export function errorBody({ message, faults }: Pick<TektonError, 'message' | 'faults'>): ErrorBody {
  return faults ? { message, errors: faults } : { message };
}
