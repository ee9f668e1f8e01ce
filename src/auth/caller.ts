import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
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

/** A call: who makes it, and the ID under which logs, history and messages speak of it. */
export interface Call {
  readonly caller: Caller;
  readonly correlationId: string;
}

/** The call that a handler serves. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { caller: TRUSTED_CALLER, correlationId: request.id };
});
