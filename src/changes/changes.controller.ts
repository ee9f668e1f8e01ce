import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TENANT_ID } from '../applications/parameters.js';
import { Access } from '../auth/access-rule.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { Scope } from '../auth/scopes.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { ChangeFeed } from './change-feed.js';
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
  constructor(
    private readonly changes: ChangesService,
    private readonly feed: ChangeFeed,
  ) {}

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
  async list(
    @ParametersOfCall() { wait, since, limit, ...narrowing }: ChangesParameters,
    @CurrentCall() { readable }: Call,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
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
    const answer = await whileConnected(request, (gone) =>
      this.changes.find(query, { until, gone }),
    );
    // A stop waits for connections to be closed, and nobody else closes this one.
    if (this.feed.isStopping) reply.header('connection', 'close');
    return answer;
  }
}
