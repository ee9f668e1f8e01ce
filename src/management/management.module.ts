import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { InstancesModule } from '../instances/instances.module.js';
import { NatsModule } from '../nats/nats.module.js';
import { ScmpModule } from '../scmp/scmp.module.js';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import { HealthIndicators } from './health-indicators.js';
import { HealthController } from './health.controller.js';
import { ManagementErrorFilter } from './management-error.filter.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsSampler, SAMPLER_PROVIDERS } from './metrics-sampler.js';

/** Looks at the parts of Tekton, for whoever shows it. */
@Global()
@Module({
  imports: [InstancesModule, NatsModule, ScmpModule, TenancyModule],
  providers: [HealthIndicators, ...SAMPLER_PROVIDERS],
  exports: [HealthIndicators, MetricsSampler],
})
export class VitalsModule {}

/** What the management interface is made of, in the application that holds the parts it shows. */
export interface Vitals {
  indicators: HealthIndicators;
  sampler: MetricsSampler;
}

/** `/health` and `/metrics`. */
@Module({})
export class ManagementModule {
  /**
   * As an application of its own on a port of its own, so that it answers also while the API is
   * overloaded, and cannot be reached from where the API can.
   */
  static apart({ indicators, sampler }: Vitals): DynamicModule {
    return {
      ...ManagementModule.define(),
      global: true,
      providers: [
        { provide: HealthIndicators, useValue: indicators },
        { provide: MetricsSampler, useValue: sampler },
        { provide: APP_FILTER, useClass: ManagementErrorFilter },
      ],
      exports: [MetricsSampler],
    };
  }

  /** Within the application whose parts it shows. */
  static beside(): DynamicModule {
    const { imports = [], ...module } = ManagementModule.define();
    return { ...module, imports: [...imports, VitalsModule] };
  }

  private static define(): DynamicModule {
    return {
      module: ManagementModule,
      imports: [
        TerminusModule.forRoot({ logger: false }),
        PrometheusModule.register({
          controller: MetricsController,
          // The registry is the process's, and takes them once.
          defaultMetrics: { enabled: !register.getSingleMetric('process_start_time_seconds') },
        }),
      ],
      controllers: [HealthController],
    };
  }
}
