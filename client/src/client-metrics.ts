import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ClientStatus } from './client-status.js';
import type { ConfigurationChange } from './events.js';
import type { Notification } from './notification.js';

/** The metrics of one client, in a registry that no other client has. */
export class ClientMetrics {
  private readonly messages;
  private readonly reads;
  private readonly changes;
  private readonly catchUps;
  private readonly missed;
  private readonly secondsToApply;

  constructor(
    private readonly registry: Registry,
    private readonly instance: string,
    status: () => ClientStatus,
  ) {
    this.messages = this.counter('messages_total', 'Messages over NATS', 'kind');
    this.reads = this.counter('reads_total', 'Requests to Tekton', 'what', 'outcome');
    this.changes = this.counter(
      'changes_total',
      'Changes put before the service',
      'type',
      'outcome',
    );
    this.catchUps = this.counter('catch_ups_total', 'Times that GET /changes told what was missed');
    this.missed = this.counter('missed_messages_total', 'Messages that NATS did not deliver');
    this.secondsToApply = new Histogram({
      name: nameOf('seconds_to_apply'),
      help: 'Seconds from the message of a change, by the clock of Tekton, until it was in force',
      labelNames: ['service_instance'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers: [registry],
    });
    this.gauge('configurations', 'Configurations in force', () => status().configurations);
    this.gauge('refused', 'Configurations whose last revision was refused', () => status().refused);
    this.gauge('pending_reads', 'Things to read anew', () => status().pending);
    this.gauge(
      'position',
      'Position up to which all is known',
      () => status().position ?? Number.NaN,
    );
    this.gauge('nats_connected', '1 while NATS is there', () => Number(status().natsConnected));
    this.gauge('tekton_reachable', '1 if the last request was answered', () =>
      Number(status().tektonReachable),
    );
    this.gauge(
      'snapshot_age_seconds',
      'Age of what is in force where it is from a file; 0 where it is from Tekton',
      () => {
        const { snapshotSavedAt } = status();
        return snapshotSavedAt === undefined ? 0 : (Date.now() - snapshotSavedAt.getTime()) / 1000;
      },
    );
  }

  received(kind: Notification['kind'] | 'undecodable'): void {
    this.messages.inc({ ...this.labels, kind });
  }

  /** @param outcome a status of HTTP, or `failed` */
  read(what: string, outcome: string): void {
    this.reads.inc({ ...this.labels, what, outcome });
  }

  applied({ type }: ConfigurationChange, toldAt: number | undefined): void {
    this.changes.inc({ ...this.labels, type, outcome: 'applied' });
    if (toldAt === undefined || !Number.isFinite(toldAt)) return;
    // Clocks differ: never less than nothing.
    this.secondsToApply.observe(this.labels, Math.max(0, Date.now() - toldAt) / 1000);
  }

  refused({ type }: ConfigurationChange): void {
    this.changes.inc({ ...this.labels, type, outcome: 'refused' });
  }

  caughtUp(missed: number): void {
    this.catchUps.inc(this.labels);
    this.missed.inc(this.labels, missed);
  }

  private get labels(): Record<string, string> {
    return { service_instance: this.instance };
  }

  private counter(name: string, help: string, ...labels: string[]): Counter {
    return new Counter({
      name: nameOf(name),
      help,
      labelNames: ['service_instance', ...labels],
      registers: [this.registry],
    });
  }

  private gauge(name: string, help: string, value: () => number): void {
    const { labels } = this;
    new Gauge({
      name: nameOf(name),
      help,
      labelNames: ['service_instance'],
      registers: [this.registry],
      collect() {
        this.set(labels, value());
      },
    });
  }
}

function nameOf(name: string): string {
  return `tekton_client_${name}`;
}

/** Whether a client has its metrics in that registry. */
export function hasClientMetrics(registry: Registry): boolean {
  return registry.getSingleMetric(nameOf('messages_total')) !== undefined;
}
