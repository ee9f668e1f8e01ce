import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  headers as natsHeaders,
  type NatsConnection as Connection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import type { Logger } from '../logging/logger.js';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 2000;
/** A server that answers no ping for three of these is taken for gone. */
const PING_INTERVAL_MS = 5000;

export interface NatsSettings {
  urls: readonly string[];
  user?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
  /** How this client calls itself, for those who watch the server. */
  name: string;
  timeoutMs: number;
}

/** A message as NATS carries it. */
export interface NatsMessage {
  subject: string;
  payload: Uint8Array;
  headers: Readonly<Record<string, string>>;
}

/**
 * The connection to NATS: made in the background and made again for ever, so that Tekton works
 * on without it.
 */
export class NatsConnection {
  private connection: Connection | undefined;
  private connected = false;
  private stopping: AbortController | undefined;
  private readonly listeners = new Set<() => void>();
  private problem = 'NATS has not been reached yet';
  reconnects = 0;
  /** Errors that the server has told, such as a message that it does not take. */
  private refusals = 0;

  constructor(
    private readonly settings: NatsSettings,
    private readonly logger: Logger,
  ) {}

  get isConnected(): boolean {
    return this.connected;
  }

  /** Why nothing can be sent; `undefined` while it can. */
  get unreadyReason(): string | undefined {
    return this.connected ? undefined : this.problem;
  }

  /** Calls `listener` whenever NATS is there, at first and anew. */
  onConnected(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Connects, retrying until it works or `stop` is called. */
  async start(): Promise<void> {
    const stopping = new AbortController();
    this.stopping = stopping;
    for (
      let wait = FIRST_RETRY_MS;
      !stopping.signal.aborted;
      wait = Math.min(wait * 2, LAST_RETRY_MS)
    ) {
      try {
        const connection = await connect(connectionOptions(this.settings));
        this.connection = connection;
        if (this.isStopping()) await connection.close();
        else this.up('connected');
        void this.watch(connection);
        return;
      } catch (error) {
        this.problem = `NATS cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
        this.logger.warn(
          `${this.problem}. Notifications wait until it is there; trying again in ${wait} ms.`,
        );
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  /**
   * Sends messages in their order.
   *
   * @returns when the server has confirmed all of them; a PING is answered after all before it
   * @throws {Error} if that is not so: they may have been sent in part
   */
  async publishConfirmed(messages: Iterable<NatsMessage>): Promise<void> {
    const { connection } = this;
    // Publishing while disconnected would seem to work and lose the message.
    if (!connection || !this.connected) throw new Error(this.problem);
    for (const { subject, payload, headers } of messages) {
      const carried = natsHeaders();
      for (const [name, value] of Object.entries(headers)) carried.set(name, value);
      connection.publish(subject, payload, { headers: carried });
    }
    const refusals = this.refusals;
    const confirmed = connection.flush();
    confirmed.catch(() => undefined);
    const timedOut = Symbol();
    const timer = new AbortController();
    const outcome = await Promise.race([
      confirmed,
      sleep(this.settings.timeoutMs, timedOut, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
    if (outcome === timedOut) {
      // A connection that is open and silent: a new one is the only way out.
      this.down('NATS does not answer');
      void connection.reconnect().catch(() => undefined);
      throw new Error(`NATS did not confirm within ${this.settings.timeoutMs} ms`);
    }
    // The server tells a refusal before the PONG, and goes on as if nothing were. It comes to us as
    // a status, some promises later.
    await turn();
    if (this.refusals !== refusals) {
      throw new Error('NATS refuses messages: this user may not publish all that must be told');
    }
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    this.down('Tekton is stopping');
    await this.connection?.close();
  }

  private async watch(connection: Connection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.down('NATS is disconnected');
      else if (status.type === 'reconnect') {
        this.reconnects++;
        this.up('connected again');
      } else if (status.type === 'error') {
        this.refusals++;
        this.logger.warn({ err: status.error }, 'NATS reports an error');
      }
    }
    if (this.isStopping()) return;
    this.down('NATS has closed the connection');
    await this.start();
  }

  private isStopping(): boolean {
    return this.stopping?.signal.aborted === true;
  }

  private up(how: string): void {
    this.connected = true;
    this.logger.info({ server: this.connection?.getServer() }, `NATS is ${how}`);
    for (const listener of this.listeners) listener();
  }

  private down(problem: string): void {
    if (this.connected && !this.isStopping()) {
      this.logger.warn(`${problem}. Notifications wait until it is back.`);
    }
    this.connected = false;
    this.problem = problem;
  }
}

function connectionOptions(settings: NatsSettings): NodeConnectionOptions {
  const urls = settings.urls.map((url) => new URL(url));
  const inUrl = urls.find(({ username }) => username !== '');
  const user = settings.user ?? (inUrl && decodeURIComponent(inUrl.username));
  const password = settings.password ?? (inUrl && decodeURIComponent(inUrl.password));
  return {
    servers: urls.map(({ host }) => host),
    name: settings.name,
    timeout: settings.timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: FIRST_RETRY_MS,
    // A password that is being replaced on the server must not end the connection for good.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(settings.token !== undefined && { token: settings.token }),
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
}
