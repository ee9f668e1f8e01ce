import { Controller, Get, HttpException, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access-rule.js';
import { HealthIndicators, type Indicator } from './health-indicators.js';

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly sessions: HealthIndicatorService,
    private readonly indicators: HealthIndicators,
  ) {}

  /** 200 when all runs properly, else 500 with what is wrong. */
  @Get()
  @Public()
  health(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    const { running, database, nats, outbox, tenants } = this.indicators;
    return this.answer(
      { running, database, nats, outbox, tenants },
      HttpStatus.INTERNAL_SERVER_ERROR,
      reply,
    );
  }

  /** 200 as long as the process works at all: it says nothing of what the process needs. */
  @Get('live')
  @Public()
  live(): object {
    return { status: 'ok' };
  }

  /** 200 while this replica can serve REST, else 503. NATS does not count: it would not help to
   * take every replica out of service. */
  @Get('ready')
  @Public()
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    const { running, database, tenants } = this.indicators;
    return this.answer({ running, database, tenants }, HttpStatus.SERVICE_UNAVAILABLE, reply);
  }

  private async answer(
    indicators: Record<string, Indicator>,
    failureStatus: HttpStatus,
    reply: FastifyReply,
  ): Promise<unknown> {
    const checks = Object.entries(indicators).map(
      ([name, indicator]): HealthIndicatorFunction =>
        async () => {
          const problem = await indicator();
          const session = this.sessions.check(name);
          return problem === undefined ? session.up() : session.down(problem);
        },
    );
    try {
      const result = await this.checks.check(checks);
      const warnings = this.indicators.warnings();
      return warnings.length > 0 ? { ...result, warnings } : result;
    } catch (error) {
      // Terminus answers 503 whatever the check.
      if (!(error instanceof HttpException)) throw error;
      reply.status(failureStatus);
      return error.getResponse();
    }
  }
}
