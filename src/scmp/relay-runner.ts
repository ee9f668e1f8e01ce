import type { NatsConnection } from '../nats/nats-connection.js';
import type { Outbox } from '../outbox/outbox.js';
import type { RelayLease } from './relay-lease.js';
import type { RelaySignal } from './relay-signal.js';
import type { Relay } from './relay.js';

/** Runs the relay, and wakes it whenever there may be something to tell. */
export class RelayRunner {
  constructor(
    private readonly relay: Relay,
    private readonly lease: RelayLease,
    private readonly signal: RelaySignal,
    private readonly outbox: Outbox,
    private readonly nats: NatsConnection,
  ) {}

  start(): void {
    const wake = () => {
      this.relay.wake();
    };
    this.outbox.onCommitted(() => {
      if (this.lease.isHeld) wake();
      else this.signal.send();
    });
    this.nats.onConnected(wake);
    void this.signal.listen(wake);
    this.relay.start();
  }

  /** Sends what is there, then stops; gives up after the time given, in milliseconds. */
  async stop(timeoutMs: number): Promise<void> {
    await this.relay.stop(timeoutMs);
    await this.signal.stop();
  }
}
