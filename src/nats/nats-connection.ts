import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  headers as natsHeaders,
  PermissionViolationError,
  type NatsConnection as Connection,
} from '@nats-io/transport-node';
import type { Logger } from '../logging/logger.js';
import { keepTrying } from '../retry/keep-trying.js';
import { connectionOptions, type NatsSettings } from './connection-options.js';
import { connectionProblem, isAboutIdentity } from './connection-problem.js';
import { NatsSubscriptions, type NatsListener } from './nats-subscriptions.js';

const BACK_OFF = { firstMs: 200, lastMs: 2000 };

const SILENT = Symbol('silent');

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
  private readonly subscriptions: NatsSubscriptions;
  private problem = 'NATS has not been reached yet';
  reconnects = 0;
  /** Errors that the server has told, such as a message that it does not take. */
  private refusals = 0;

  constructor(
    private readonly settings: NatsSettings,
    private readonly logger: Logger,
  ) {
    this.subscriptions = new NatsSubscriptions(logger);
  }

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

  /**
   * Calls `listener` with each message to `subject`, for as long as Tekton runs: also if NATS is not
   * there yet, and on every connection that is made later.
   *
   * @param queue the group of which one member gets each message; without, all subscribers do
   */
  subscribe(subject: string, listener: NatsListener, { queue }: { queue?: string } = {}): void {
    this.subscriptions.add(subject, listener, queue);
    if (this.connection && this.connected) this.subscriptions.carryTo(this.connection);
  }

  /** Connects, retrying until it works or `stop` is called. */
  async start(): Promise<void> {
    const stopping = new AbortController();
    this.stopping = stopping;
    const { signal } = stopping;
    const tell = (error: unknown, waitMs: number) => {
      this.problem = connectionProblem(error);
      this.logger.warn(
        `${this.problem}. Notifications wait until it is there; trying again in ${waitMs} ms.`,
      );
    };
    await keepTrying(() => this.open(signal), tell, { ...BACK_OFF, signal });
  }

  private async open(stopping: AbortSignal): Promise<void> {
    const connection = await connect(connectionOptions(this.settings));
    this.connection = connection;
    if (stopping.aborted) await connection.close();
    else this.up('connected');
    void this.watch(connection);
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
    await this.confirmation(connection);
    // The server tells a refusal before the PONG, and goes on as if nothing were. It comes to us as
    // a status, some promises later.
    await turn();
    if (this.refusals !== refusals) {
      throw new Error('NATS refuses messages: this user may not publish all that must be told');
    }
  }

  /** Resolves when the server has answered a PING that is sent now. */
  private async confirmation(connection: Connection): Promise<void> {
    const timeoutMs = this.settings.confirmTimeoutMs;
    const over = new AbortController();
    const confirmed = connection.flush();
    confirmed.catch(() => undefined);
    // What has come while this process was busy is read before it is found to be missing.
    const silence = sleep(timeoutMs, undefined, { signal: over.signal })
      .then(() => turn(SILENT))
      .catch(() => undefined);
    const outcome = await Promise.race([confirmed, silence]).finally(() => {
      over.abort();
    });
    if (outcome !== SILENT) return;
    // A connection that is open and silent: a new one is the only way out.
    this.down('NATS does not answer');
    void connection.reconnect().catch(() => undefined);
    throw new Error(`NATS did not confirm within ${timeoutMs} ms`);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    this.connected = false;
    this.problem = 'Tekton is stopping';
    await this.connection?.close();
  }

  private async watch(connection: Connection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.down('NATS is disconnected');
      else if (status.type === 'reconnect') {
        // Of one success the client tells once for each vain attempt before it.
        if (this.connected) continue;
        this.reconnects++;
        this.up('connected again');
      } else if (status.type === 'error') this.noteError(status.error);
    }
    if (this.isStopping()) return;
    this.down('NATS has closed the connection');
    await this.start();
  }

  private noteError(error: Error): void {
    // The subscription itself tells of it.
    if (error instanceof PermissionViolationError && error.operation === 'subscription') return;
    if (!this.connected && isAboutIdentity(error)) {
      // The client tries again by itself several times a second: said once.
      const problem = connectionProblem(error);
      if (problem !== this.problem) this.logger.warn(`${problem}. Trying again.`);
      this.problem = problem;
      return;
    }
    this.refusals++;
    this.logger.warn({ err: error }, 'NATS reports an error');
  }

  private isStopping(): boolean {
    return this.stopping?.signal.aborted === true;
  }

  private up(how: string): void {
    this.connected = true;
    this.logger.info({ server: this.connection?.getServer() }, `NATS is ${how}`);
    if (this.connection) this.subscriptions.carryTo(this.connection);
    for (const listener of this.listeners) listener();
  }

  private down(problem: string): void {
    // Each vain attempt of the client to connect anew ends in one more disconnection.
    if (!this.connected) return;
    if (!this.isStopping()) this.logger.warn(`${problem}. Notifications wait until it is back.`);
    this.connected = false;
    this.problem = problem;
  }
}
