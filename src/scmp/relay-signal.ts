import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Database, Statement } from '../database/database.js';
import type { Logger } from '../logging/logger.js';

const CHANNEL = 'tekton_outbox';
const RETRY_MS = 1000;

const SEND: Statement = { name: 'signal_relay', text: `SELECT pg_notify('${CHANNEL}', '')` };

/**
 * Wakes the relay of another replica, outside of any write's transaction. It may get lost: what
 * it tells of is found by the relay's own looking, only later.
 */
export class RelaySignal {
  private isSending = false;
  private isAsked = false;
  private stopping = false;
  private client: Client | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Signals once for all that ask while a signal is under way. */
  send(): void {
    this.isAsked = true;
    if (!this.isSending) void this.sendAsked();
  }

  /** Calls `listener` at each signal, on a connection of its own: a pooler cannot LISTEN. */
  async listen(listener: () => void): Promise<void> {
    while (!this.isStopping()) {
      try {
        const client = await this.database.openConnection();
        this.client = client;
        if (this.isStopping()) {
          await client.end();
          return;
        }
        const ended = new Promise((resolve) => client.once('end', resolve));
        client.on('notification', listener);
        client.on('error', () => undefined);
        await client.query(`LISTEN ${CHANNEL}`);
        // What was signalled before.
        listener();
        await ended;
      } catch (error) {
        this.logger.debug({ err: error }, 'The relay cannot listen for signals right now');
        await this.client?.end().catch(() => undefined);
      }
      if (!this.isStopping()) await sleep(RETRY_MS);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.client?.end().catch(() => undefined);
  }

  private isStopping(): boolean {
    return this.stopping;
  }

  private async sendAsked(): Promise<void> {
    this.isSending = true;
    while (this.isAsked) {
      this.isAsked = false;
      await this.database.runApart(SEND, []).catch(() => undefined);
    }
    this.isSending = false;
  }
}
