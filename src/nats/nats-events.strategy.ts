import {
  NatsContext,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import type { NatsConnection } from './nats-connection.js';
import type { ReceivedMessage } from './nats-subscriptions.js';

/** What `@EventPattern(subject, extras)` may say besides the subject. */
export interface NatsEventExtras {
  /** The group of which one member gets each message; without, every replica does. */
  queue?: string;
}

/** Nothing that a NATS subject or queue group may contain. */
const SEPARATOR = ' ';

/**
 * Runs `@EventPattern` handlers over the connection that Tekton has anyway. What they get is the
 * payload as it came, a `Uint8Array`, and a `NatsContext` with the subject; nobody is answered.
 */
export class NatsEventsStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('NATS events');

  constructor(private readonly connection: NatsConnection) {
    super();
  }

  /** Handlers of one subject are kept apart by their queue groups, which Nest would not do. */
  override addHandler(
    subject: string,
    handler: MessageHandler,
    isEventHandler = false,
    extras: NatsEventExtras = {},
  ): void {
    if (!isEventHandler)
      throw new Error(`${subject}: nobody is answered by NATS, so no @MessagePattern`);
    const { queue } = extras;
    const key = queue === undefined ? subject : `${subject}${SEPARATOR}${queue}`;
    super.addHandler(key, handler, isEventHandler, extras);
  }

  /** Calls back at once: without NATS, the subscriptions wait for it. */
  listen(callback: () => void): void {
    for (const key of this.messageHandlers.keys()) {
      const [subject = '', queue] = key.split(SEPARATOR);
      const listener = (message: ReceivedMessage) => this.pass(key, message);
      this.connection.subscribe(subject, listener, queue === undefined ? {} : { queue });
    }
    callback();
  }

  private async pass(key: string, { subject, payload }: ReceivedMessage): Promise<void> {
    await this.handleEvent(
      key,
      { pattern: subject, data: payload },
      new NatsContext([subject, {}]),
    );
  }

  /** The connection is not this one's to close. */
  close(): void {
    this.messageHandlers.clear();
  }

  /** There is nothing to listen to but messages. */
  on(): void {
    return;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's own type
  unwrap<Connection>(): Connection {
    return this.connection as Connection;
  }
}
