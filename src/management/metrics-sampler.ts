import { Inject, Injectable } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import { BUILD, BUILD_INFO, buildInfoProvider } from './build-info.js';
import { ConfigurationCounts, configurationCountsProviders } from './configuration-counts.js';
import { DatabaseVitals } from './database-vitals.js';
import { OwnState } from './own-state.js';
import { SampledGauges, sampledGaugesProviders } from './sampled-gauges.js';

/** For which a reading of metrics waits for the database. */
const PATIENCE_MS = 1000;

/** Figures that are looked up when metrics are read, rather than counted as they come. */
@Injectable()
export class MetricsSampler {
  constructor(
    private readonly state: OwnState,
    private readonly stored: DatabaseVitals,
    private readonly configurations: ConfigurationCounts,
    private readonly gauges: SampledGauges,
    @Inject(getToken(BUILD_INFO)) buildInfo: Gauge,
  ) {
    buildInfo.set(BUILD, 1);
  }

  async sample(): Promise<void> {
    this.state.sample();
    this.configurations.refresh();
    const { backlog, backlogAge } = this.gauges;
    try {
      const { entries, oldestSeconds } = await this.stored.backlog(PATIENCE_MS);
      backlog.set(entries);
      backlogAge.set(oldestSeconds);
    } catch {
      // Not known while the database is away: no figure rather than an old one, or none for zero.
      backlog.remove();
      backlogAge.remove();
    }
  }
}

export const SAMPLER_PROVIDERS = [
  buildInfoProvider,
  ...configurationCountsProviders,
  ...sampledGaugesProviders,
  DatabaseVitals,
  OwnState,
  MetricsSampler,
];
