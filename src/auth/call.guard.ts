import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readParameters } from '../rest/parameters.decorator.js';
import { Preconditions } from '../rest/preconditions.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { AccessControl } from './access-control.js';
import { accessRuleOf } from './access-rule.js';
import { Authenticator } from './authenticator.js';
import { reportIn } from './call.js';
import { AuthenticationError } from './authentication-error.js';
import { TRUSTED_CALLER, type Caller } from './caller.js';

/**
 * What stands before every handler, in the promised order of errors: who calls (401), what with
 * (400), and whether that caller may (403, or 404).
 */
@Injectable()
export class CallGuard implements CanActivate {
  private readonly isSecure: boolean;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly access: AccessControl,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.isSecure = settings['kaa.security.enabled'];
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const rule = accessRuleOf(handler);
    if (!rule) throw new Error(`${handler.name} does not declare who may call it`);
    if (rule.kind === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const caller = this.isSecure ? await this.authenticate(request) : undefined;
    request.callerTenant = (caller ?? TRUSTED_CALLER).tenantId;
    const parameters = readParameters(handler, request);
    const preconditions = Preconditions.of(request.headers);
    const readable = caller ? await this.access.authorize(rule, caller, parameters) : 'all';
    request.parameters = parameters;
    request.call = {
      caller: caller ?? TRUSTED_CALLER,
      readable,
      correlationId: request.id,
      preconditions,
      dryRun: parameters.dryRun === true ? reportIn(http.getResponse<FastifyReply>()) : undefined,
    };
    return true;
  }

  /** The reason of a refusal goes into the log with the answer. */
  private async authenticate(request: FastifyRequest): Promise<Caller> {
    try {
      return await this.authenticator.authenticate(request);
    } catch (error) {
      if (error instanceof AuthenticationError) request.refusal = error.reason;
      throw error;
    }
  }
}
