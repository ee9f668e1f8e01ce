import type { Signals } from '../database/signals.js';
import type { NatsConnection } from '../nats/nats-connection.js';
import { PLACED_CHANNEL } from '../outbox/placed-channel.js';
import type { Outbox } from '../outbox/outbox.js';
import type { RelayLease } from './relay-lease.js';
import { LEASE_CHANNEL } from './relay-lease-statements.js';
import type { Relay } from './relay.js';

/** The channel on which writers signal the relay of another replica. */
const OUTBOX_CHANNEL = 'tekton_outbox';

/** Runs the relay, and wakes it whenever there may be something to tell. */
export class RelayRunner {
  constructor(
    private readonly relay: Relay,
    private readonly lease: RelayLease,
    private readonly signals: Signals,
    private readonly outbox: Outbox,
    private readonly nats: NatsConnection,
  ) {}

  /** Whether this replica holds the lease, and so is the one that sends. */
  get isActive(): boolean {
    return this.lease.isHeld;
  }

  start(): void {
    const wake = () => {
      this.relay.wake();
    };
    this.outbox.leavePlacingTo(this.relay);
    this.outbox.onCommitted(() => {
      if (this.lease.isHeld) wake();
      else this.signals.send(OUTBOX_CHANNEL);
    });
    this.signals.on(OUTBOX_CHANNEL, () => {
      // Whoever has the lease looks; the others would only ask for it in vain.
      if (this.lease.isHeld) wake();
    });
    this.signals.on(LEASE_CHANNEL, wake);
    this.signals.on(PLACED_CHANNEL, (payload) => {
      // Whoever takes the lease next knows then whether the database is an earlier one.
      if (payload !== undefined && !this.lease.isHeld) this.relay.notePlaced(Number(payload));
    });
    this.nats.onConnected(wake);
    this.relay.start();
  }

  /** Sends what is there, then stops; gives up after the time given, in milliseconds. */
  stop(timeoutMs: number): Promise<void> {
    return this.relay.stop(timeoutMs);
  }
}
