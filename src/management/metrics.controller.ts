import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import { Public } from '../auth/access-rule.js';
import { MetricsSampler } from './metrics-sampler.js';

/** Prometheus text, sampled anew at each scrape. */
@ApiExcludeController()
@Controller()
export class MetricsController extends PrometheusController {
  constructor(private readonly sampler: MetricsSampler) {
    super();
  }

  @Get()
  @Public()
  override async index(@Res({ passthrough: true }) reply: unknown): Promise<string> {
    await this.sampler.sample();
    return super.index(reply);
  }
}
