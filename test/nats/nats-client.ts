import { onTestFinished } from 'vitest';
import { NatsConnection } from '../../src/nats/nats-connection.js';
import type { NatsSettings } from '../../src/nats/connection-options.js';
import { LogLines } from '../support/log-lines.js';

/** A connection to NATS that is being made, and what it logs; closed at the end of the test. */
export function connectTo(
  url: string,
  settings: Partial<NatsSettings> = {},
): { nats: NatsConnection; log: LogLines } {
  const log = new LogLines();
  const nats = new NatsConnection(
    {
      urls: [url],
      tls: {},
      name: 'test',
      timeoutMs: 2000,
      pingIntervalMs: 2000,
      confirmTimeoutMs: 2000,
      ...settings,
    },
    log.logger,
  );
  onTestFinished(() => nats.stop());
  void nats.start();
  return { nats, log };
}
