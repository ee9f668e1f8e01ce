import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { BackOff } from './back-off.js';
import { messageOf, UnavailableError } from './errors.js';
import { inTime } from './in-time.js';
import type { Notification } from './notification.js';
import type { Limits } from './options.js';
import { readMessage } from './scmp-records.js';

/** Who is told what comes over NATS, and whether NATS is there. */
export interface NotificationListener {
  /** The subscriptions are known to the server: what is told from now on is heard. */
  connected(): void;
  disconnected(): void;
  notified(notification: Notification): void;
  undecodable(error: Error): void;
  problem(error: Error): void;
}

/** What {@link Notifications} needs. */
export interface NotificationsOptions {
  nats: NodeConnectionOptions;
  serviceInstanceName: string;
  providerInstanceName: string;
  limits: Limits;
}

/**
 * The subscriptions to 17/SCMP, without a queue group, so that every replica hears all. The
 * connection is made anew for as long as it takes.
 */
export class Notifications {
  private isConnected = false;

  constructor(
    private readonly options: NotificationsOptions,
    private readonly listener: NotificationListener,
  ) {}

  /** Listens until the signal comes, and closes the connection then. */
  async run(signal: AbortSignal): Promise<void> {
    const { nats, limits } = this.options;
    const backOff = new BackOff(limits.retryFirst, limits.retryLast);
    for (;;) {
      try {
        const connection = await connectUnless(signal, {
          ...nats,
          maxReconnectAttempts: -1,
          // It would be waited for without end, and without a word.
          waitOnFirstConnect: false,
          // A password that is being replaced on the server must not end the connection for good.
          ignoreAuthErrorAbort: true,
        });
        backOff.reset();
        await this.listen(connection, signal);
      } catch (error) {
        signal.throwIfAborted();
        const options = { cause: error };
        const message = `NATS cannot be reached: ${messageOf(error)}`;
        this.listener.problem(new UnavailableError(message, undefined, options));
      }
      await sleep(backOff.next(), undefined, { signal });
    }
  }

  /** Returns when the connection has ended for good. */
  private async listen(connection: NatsConnection, signal: AbortSignal): Promise<void> {
    const close = () => void connection.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    try {
      this.subscribe(connection);
      void this.watch(connection);
      await this.confirm(connection);
      const error = await connection.closed();
      if (error instanceof Error) throw error;
    } finally {
      this.away();
      signal.removeEventListener('abort', close);
      await connection.close();
    }
  }

  private subscribe(connection: NatsConnection): void {
    const { serviceInstanceName, providerInstanceName } = this.options;
    connection.subscribe(`kaa.v1.events.${providerInstanceName}.service.configuration.*`, {
      callback: this.handler('broadcast', connection),
    });
    connection.subscribe(`kaa.v1.service.${serviceInstanceName}.scmp.configuration.*`, {
      callback: this.handler('targeted', connection),
    });
  }

  private handler(kind: Notification['kind'], connection: NatsConnection) {
    return (error: Error | null, message: Msg) => {
      if (error !== null) {
        this.listener.problem(
          new UnavailableError(`NATS does not let this service listen: ${messageOf(error)}`),
        );
        // The subscription has ended for good: the next connection makes a new one.
        void connection.close();
        return;
      }
      const { subject, headers } = message;
      const header = (name: string) => headers?.get(name) ?? '';
      try {
        this.listener.notified(readMessage(message.data, { kind, subject, header }));
      } catch (cause) {
        const what = `A message to ${subject} is no 17/SCMP record: ${messageOf(cause)}`;
        this.listener.undecodable(new Error(what, { cause }));
      }
    };
  }

  /** The connection comes and goes; the client of NATS subscribes again by itself. */
  private async watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.away();
      else if (status.type === 'reconnect') void this.confirm(connection);
      else if (status.type === 'error') this.listener.problem(status.error);
    }
  }

  /** Waits until the server has dealt with the subscriptions: it answers a PING after them. */
  private async confirm(connection: NatsConnection): Promise<void> {
    try {
      // On a connection that is closed meanwhile nobody would tell that there is no answer any more.
      await Promise.race([connection.flush(), connection.closed()]);
    } catch {
      // Gone again; the status, or the end, tells it.
      return;
    }
    if (this.isConnected || connection.isClosed()) return;
    this.isConnected = true;
    this.listener.connected();
  }

  private away(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.listener.disconnected();
  }
}

/** Connects; where the signal comes first, what may still come of it is closed. */
async function connectUnless(
  signal: AbortSignal,
  options: NodeConnectionOptions,
): Promise<NatsConnection> {
  const connecting = connect(options);
  try {
    return await inTime(connecting, signal);
  } catch (error) {
    connecting.then((connection) => connection.close()).catch(() => undefined);
    throw error;
  }
}
