import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatSubjects, type DryRunReport } from '../outbox/dry-run.js';
import { Preconditions } from '../rest/preconditions.js';
import { SYSTEM_TENANT } from '../tenancy/tenant.js';

/** Who makes a call. */
export interface Caller {
  /** The tenant whose issuer vouches for the caller. */
  readonly tenantId: string;
  /** What history and the audit line name. */
  readonly subject: string;
}

/** Everyone, while security is off: the system tenant with all scopes. */
export const TRUSTED_CALLER: Caller = Object.freeze({
  tenantId: SYSTEM_TENANT,
  subject: 'anonymous',
});

/** A call: who makes it, what it requires, and the ID under which all speak of it. */
export interface Call {
  readonly caller: Caller;
  readonly correlationId: string;
  readonly preconditions: Preconditions;
  /** Given if the call is only to be tried. */
  readonly dryRun: DryRunReport | undefined;
}

/** The call that a handler serves. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest<{ Querystring: { dryRun?: string } }>>();
  return {
    caller: TRUSTED_CALLER,
    correlationId: request.id,
    preconditions: Preconditions.of(request.headers),
    dryRun:
      request.query.dryRun === 'true' ? reportIn(http.getResponse<FastifyReply>()) : undefined,
  };
});

/** Shows what a dry run would have done in the headers of its answer. */
function reportIn(reply: FastifyReply): DryRunReport {
  reply.header('x-dry-run', 'true');
  return (subjects) => {
    reply.header('x-would-notify', formatSubjects(subjects));
  };
}
