import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.js';
import { TektonError, type Fault } from '../errors/tekton-error.js';

/** The body of every error answer. */
export interface ErrorBody {
  message: string;
  errors?: readonly Fault[];
}

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
    if (told.status >= 500) {
      this.logger.error(
        { err: error, correlationId: request.id },
        told.code === 'INTERNAL' ? 'A request failed' : told.message,
      );
    }
    if (reply.raw.headersSent) {
      // Half an answer must not look whole.
      reply.raw.destroy();
      return;
    }
    void reply
      .status(told.status)
      .headers(told.headers)
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(errorBody(told)));
  }

  private toTektonError(error: unknown, request: FastifyRequest): TektonError {
    if (error instanceof TektonError) return error;
    // Only Nest's router throws these: Tekton's own code throws TektonError.
    if (error instanceof HttpException && error.getStatus() === 404) return this.unrouted(request);
    return new TektonError('INTERNAL', 'Internal Server Error', { cause: error });
  }
}

export function errorBody({ message, faults }: Pick<TektonError, 'message' | 'faults'>): ErrorBody {
  return faults ? { message, errors: faults } : { message };
}
