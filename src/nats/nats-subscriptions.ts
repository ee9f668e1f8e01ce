import { PermissionViolationError, type NatsConnection, type Msg } from '@nats-io/transport-node';
import type { Logger } from '../logging/logger.js';

/** A message that came in. */
export interface ReceivedMessage {
  /** The one it was sent to, without wildcards. */
  subject: string;
  payload: Uint8Array;
}

/** Takes a message; what it throws is logged, and harms nothing else. */
export type NatsListener = (message: ReceivedMessage) => unknown;

interface Subscription {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly listener: NatsListener;
  /** Where it is in force. */
  connection?: NatsConnection | undefined;
}

/** What is listened to, through however many connections, one after the other. */
export class NatsSubscriptions {
  private readonly all: Subscription[] = [];

  constructor(private readonly logger: Logger) {}

  /** It comes into force when a connection is next told of. */
  add(subject: string, listener: NatsListener, queue: string | undefined): void {
    this.all.push({ subject, queue, listener });
  }

  /**
   * Brings into force on a connection whatever is not: all on a new one, and on one that the client
   * has restored by itself those that were refused before.
   */
  carryTo(connection: NatsConnection): void {
    if (connection.isClosed()) return;
    for (const subscription of this.all) {
      if (subscription.connection !== connection) this.subscribe(connection, subscription);
    }
  }

  private subscribe(connection: NatsConnection, subscription: Subscription): void {
    const { subject, queue } = subscription;
    subscription.connection = connection;
    connection.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback: (error, message) => {
        if (error) this.refused(error, subscription);
        else void this.tell(subscription, message);
      },
    });
  }

  private refused(error: Error, subscription: Subscription): void {
    subscription.connection = undefined;
    const { subject, queue } = subscription;
    this.logger.warn(
      { subject, queue, err: error },
      error instanceof PermissionViolationError
        ? `NATS lets this user not subscribe to ${subject}: grant it. Tried again when NATS is connected anew.`
        : `The subscription to ${subject} is lost. Tried again when NATS is connected anew.`,
    );
  }

  /** Never rejects: the client would stop reading at an error that reaches it. */
  private async tell({ subject, listener }: Subscription, message: Msg): Promise<void> {
    try {
      await listener({ subject: message.subject, payload: message.data });
    } catch (error) {
      this.logger.error({ err: error, subject }, 'A message from NATS could not be dealt with');
    }
  }
}
