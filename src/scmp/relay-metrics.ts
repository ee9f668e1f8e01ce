import { Injectable } from '@nestjs/common';
import {
  InjectMetric,
  makeCounterProvider,
  makeHistogramProvider,
} from '@willsoto/nestjs-prometheus';
import type { Counter, Histogram } from 'prom-client';

const MESSAGES = 'tekton_scmp_messages_total';
const FAILURES = 'tekton_scmp_publish_failures_total';
const LATENCY = 'tekton_scmp_commit_to_publish_seconds';

@Injectable()
export class RelayMetrics {
  constructor(
    @InjectMetric(MESSAGES) readonly messages: Counter,
    @InjectMetric(FAILURES) readonly failures: Counter,
    @InjectMetric(LATENCY) readonly latency: Histogram,
  ) {}
}

export const RELAY_METRIC_PROVIDERS = [
  makeCounterProvider({
    name: MESSAGES,
    help: '17/SCMP messages that NATS has confirmed, by kind and operation',
    labelNames: ['kind', 'operation'],
  }),
  makeCounterProvider({
    name: FAILURES,
    help: 'Rounds of the relay that failed and were tried again',
  }),
  makeHistogramProvider({
    name: LATENCY,
    help: 'Seconds from the making of a message to its confirmation by NATS',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30, 300],
  }),
  RelayMetrics,
];
