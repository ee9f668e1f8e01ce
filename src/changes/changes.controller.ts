import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { TENANT_ID } from '../applications/parameters.js';
import { Access } from '../auth/access-rule.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { Scope } from '../auth/scopes.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { ChangesDto } from './changes.dto.js';
import { LIMIT, SINCE, TOLD_INSTANCE, WAIT } from './changes.parameters.js';
import { ChangesService } from './changes.service.js';
import { whileConnected } from './while-connected.js';

interface ChangesParameters {
  serviceInstanceName?: string;
  tenantId?: string;
  since?: number;
  limit: number;
  wait: number;
}

@ApiTags('Changes')
@Controller('changes')
export class ChangesController {
  constructor(private readonly changes: ChangesService) {}

  @Get()
  @Access({
    kind: 'tenant',
    every: Scope.PlatformApplicationRead,
    each: Scope.ApplicationRead,
  })
  @TakesParameters(TOLD_INSTANCE, SINCE, TENANT_ID, LIMIT, WAIT)
  @ApiOperation({
    operationId: 'listChanges',
    summary: 'List what was told after a position, or wait for it, as for who was away from NATS',
  })
  @ApiOkResponse({ type: ChangesDto })
  @ApiErrors(400, 404, 410)
  list(
    @ParametersOfCall() { wait, since, limit, ...narrowing }: ChangesParameters,
    @CurrentCall() { caller, readable }: Call,
    @Req() request: FastifyRequest,
  ): Promise<ChangesDto> {
    const query = {
      since,
      limit,
      serviceInstanceName: narrowing.serviceInstanceName,
      tenantId: narrowing.tenantId,
      readable,
    };
    if (wait === 0) return this.changes.find(query, undefined);
    const until = Date.now() + wait * 1000;
    return whileConnected(request, (gone) =>
      this.changes.find(query, {
        callerTenant: caller.tenantId,
        until,
        gone,
        onWait: () => request.place?.leave(),
      }),
    );
  }
}
