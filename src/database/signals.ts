import { setTimeout as sleep } from 'node:timers/promises';
import { escapeIdentifier, type Client, type Notification } from 'pg';
import type { Logger } from '../logging/logger.js';
import type { Database, Statement } from './database.js';

const RETRY_MS = 1000;
/** After which a connection on which nothing is to be heard is asked whether it is still there. */
const HEARTBEAT_MS = 5000;

const SEND: Statement = { name: 'send_signal', text: `SELECT pg_notify($1, '')` };

/**
 * Takes what a signal says; nothing if signals may have been missed, as while there is no
 * connection to hear them by: then it is called about once a second.
 */
export type SignalListener = (payload?: string) => void;

/**
 * Signals between replicas, which PostgreSQL carries (LISTEN, NOTIFY): as a rule at once, and
 * sometimes not at all. They are heard on a connection of their own, since a pooler cannot LISTEN.
 */
export class Signals {
  private readonly listeners = new Map<string, SignalListener[]>();
  private readonly asked = new Set<string>();
  private isSending = false;
  private readonly stopping = new AbortController();
  private client: Client | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** To be called before `start`. */
  on(channel: string, listener: SignalListener): void {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]);
  }

  /** Signals once for all that ask while signals are under way, outside of any transaction. */
  send(channel: string): void {
    this.asked.add(channel);
    if (!this.isSending) void this.sendAsked();
  }

  /** Listens until `stop` is called. */
  async start(): Promise<void> {
    while (!this.isStopping()) {
      try {
        await this.listen();
      } catch (error) {
        this.logger.debug({ err: error }, 'Signals of other replicas cannot be heard right now');
      }
      if (this.isStopping()) return;
      this.tellAll();
      await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
  }

  /** Rejects when the connection is lost, or silent. */
  private async listen(): Promise<never> {
    const client = await this.database.openConnection();
    this.client = client;
    const over = new AbortController();
    client.once('end', () => {
      over.abort();
    });
    client.on('error', () => {
      over.abort();
    });
    client.on('notification', (notification) => {
      this.tell(notification);
    });
    try {
      for (const channel of this.listeners.keys()) {
        await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      }
      // What was signalled before.
      this.tellAll();
      for (;;) {
        await sleep(HEARTBEAT_MS, undefined, { signal: over.signal });
        await client.query('SELECT 1');
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private tell({ channel, payload }: Notification): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(payload ?? '');
  }

  private tellAll(): void {
    for (const listener of [...this.listeners.values()].flat()) listener();
  }

  private async sendAsked(): Promise<void> {
    this.isSending = true;
    for (const channel of this.asked) {
      this.asked.delete(channel);
      // A signal that is lost is made up for by the looking of whom it was for.
      await this.database.runApart(SEND, [channel]).catch(() => undefined);
    }
    this.isSending = false;
  }
}
