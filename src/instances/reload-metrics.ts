import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge } from 'prom-client';

const REFUSED = 'tekton_settings_file_refused';
const RELOADS = 'tekton_settings_reloads_total';
const UNAPPLIED = 'tekton_settings_options_waiting_for_restart';

@Injectable()
export class ReloadMetrics {
  constructor(
    @InjectMetric(REFUSED) readonly refused: Gauge,
    @InjectMetric(RELOADS) readonly reloads: Counter,
    @InjectMetric(UNAPPLIED) readonly unapplied: Gauge,
  ) {
    // There from the start, so that a first one shows as an increase.
    for (const result of ['applied', 'refused']) reloads.inc({ result }, 0);
  }
}

export const RELOAD_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: REFUSED,
    help: '1 while the settings file is faulty, so that an earlier one stays in force',
  }),
  makeCounterProvider({
    name: RELOADS,
    help: 'Changes of the settings file, by result: applied to the service instances, or refused',
    labelNames: ['result'],
  }),
  makeGaugeProvider({
    name: UNAPPLIED,
    help: 'Options that have changed since the start, and count only after a restart',
  }),
  ReloadMetrics,
];
