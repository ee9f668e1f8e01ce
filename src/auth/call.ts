import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatSubjects, type DryRunReport } from '../outbox/dry-run.js';
import type { Preconditions } from '../rest/preconditions.js';
import type { Identity } from './caller.js';
import type { Applications } from './permissions.js';

/** A call: who makes it, what it requires, and the ID under which all speak of it. */
export interface Call {
  readonly caller: Identity;
  /** The applications that the answer may show, where it shows more than one. */
  readonly readable: Applications;
  readonly correlationId: string;
  readonly preconditions: Preconditions;
  /** Given if the call is only to be tried. */
  readonly dryRun: DryRunReport | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the caller is known to be allowed it. */
    call?: Call;
  }
}

/** The call that a handler serves. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const { call } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!call) throw new Error('A public route has no call');
  return call;
});

/** Shows what a dry run would have done in the headers of its answer. */
export function reportIn(reply: FastifyReply): DryRunReport {
  reply.header('x-dry-run', 'true');
  return (subjects) => {
    reply.header('x-would-notify', formatSubjects(subjects));
  };
}
