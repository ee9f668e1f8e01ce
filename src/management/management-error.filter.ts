import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errorBody } from '../rest/error.filter.js';
import { JSON_UTF8 } from '../rest/json-utf8.js';

const NOT_FOUND = 404;

/** Gives what the framework refuses by itself the form that all errors have. */
@Catch(HttpException)
export class ManagementErrorFilter implements ExceptionFilter<HttpException> {
  catch(error: HttpException, host: ArgumentsHost): void {
    const status = error.getStatus();
    const message =
      status === NOT_FOUND
        ? 'There is nothing at this path; there are GET /health, /health/live, /health/ready and /metrics'
        : 'The request is malformed';
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .status(status)
      .header('content-type', JSON_UTF8)
      .send(JSON.stringify(errorBody({ message, faults: undefined })));
  }
}
