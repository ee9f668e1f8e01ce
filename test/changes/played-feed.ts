import pino from 'pino';
import pg from 'pg';
import { Gauge } from 'prom-client';
import { inject, vi } from 'vitest';
import type { ChangesQuery } from '../../src/changes/change.js';
import { ChangeFeed } from '../../src/changes/change-feed.js';
import { ChangeStore, type Reading } from '../../src/changes/change-store.js';
import type { ChangesDto } from '../../src/changes/changes.dto.js';
import { ChangesService } from '../../src/changes/changes.service.js';
import { Waiters } from '../../src/changes/waiters.js';
import { Database } from '../../src/database/database.js';
import type { SignalListener, Signals } from '../../src/database/signals.js';
import { Catalogue } from '../../src/instances/catalogue.js';
import { loadSettings } from '../../src/settings/settings.js';
import { createDatabase } from '../support/database.js';
import { testEnvironment } from '../support/test-tekton.js';

export interface Entry {
  serviceInstanceName?: string | null;
  tenantId?: string | null;
  concernedTenantIds?: string[] | null;
  appName?: string | null;
}

export const EPTS: Entry = { serviceInstanceName: 'epts', tenantId: 'acme' };
export const CMX: Entry = { serviceInstanceName: 'cmx', tenantId: 'acme' };

export function positions({ changes }: ChangesDto): number[] {
  return changes.map(({ position }) => position);
}

/** The store, which notes what it is asked, and in which something can happen right after it. */
export class WatchedStore extends ChangeStore {
  reads: ('call' | 'feed')[] = [];
  /** Runs once, after the next read of a call, before the call goes on. */
  afterCall: (() => Promise<void>) | undefined;
  /** Runs once, after the next read of the feed. */
  afterFeed: (() => Promise<void>) | undefined;
  private reading = 0;

  /** Until the feed has read, and reads no more. */
  async settled(): Promise<void> {
    await vi.waitUntil(() => this.reads.includes('feed') && this.reading === 0);
  }

  override async read(query: ChangesQuery, examineLimit: number): Promise<Reading> {
    this.reads.push('call');
    const reading = await super.read(query, examineLimit);
    const { afterCall } = this;
    this.afterCall = undefined;
    await afterCall?.();
    return reading;
  }

  override async readAll(since: number, limit: number): Promise<Reading> {
    this.reads.push('feed');
    this.reading++;
    try {
      const reading = await super.readAll(since, limit);
      const { afterFeed } = this;
      this.afterFeed = undefined;
      await afterFeed?.();
      return reading;
    } finally {
      this.reading--;
    }
  }
}

/** Following changes on a real database, where the test itself places entries and signals. */
export class PlayedFeed {
  readonly store: WatchedStore;
  readonly waiters: Waiters;
  readonly feed: ChangeFeed;
  readonly service: ChangesService;
  /** Says a position, or that signals may have been missed. */
  signal: SignalListener = () => undefined;

  private constructor(
    private readonly database: Database,
    private readonly client: pg.Client,
    databaseUrl: string,
  ) {
    const settings = loadSettings(testEnvironment(databaseUrl, 'nats://127.0.0.1:1'));
    const signals: Pick<Signals, 'on'> = {
      on: (_, listener) => {
        this.signal = listener;
      },
    };
    this.store = new WatchedStore(database);
    this.waiters = new Waiters(
      new Gauge({ name: 'waiting', help: 'Of a test', registers: [] }),
      settings,
    );
    const logger = pino({ level: 'silent' });
    this.feed = new ChangeFeed(this.store, this.waiters, signals as Signals, logger);
    this.service = new ChangesService(this.store, this.feed, new Catalogue(settings), settings);
  }

  static async start(): Promise<PlayedFeed> {
    const url = await createDatabase(inject('postgresUrl'));
    const settings = {
      url,
      applicationName: 'test',
      poolSize: 4,
      connectTimeoutMs: 10_000,
      queryTimeoutMs: 10_000,
      silenceTimeoutMs: 10_000,
      apartTimeoutMs: 10_000,
      apartSilenceTimeoutMs: 10_000,
    };
    const database = new Database({ ...settings, entities: [] }, pino({ level: 'silent' }));
    await database.start();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new PlayedFeed(database, client, url);
  }

  async stop(): Promise<void> {
    this.feed.onModuleDestroy();
    await this.client.end();
    await this.database.stop();
  }

  /** A call that waits for what `epts` is told. */
  ask(since: number, { waitMs = 20_000, limit = 500 } = {}): Promise<ChangesDto> {
    const patience = {
      callerTenant: 'kaa',
      onWait: () => undefined,
      until: Date.now() + waitMs,
      gone: new AbortController().signal,
    };
    const query = { serviceInstanceName: 'epts', tenantId: undefined, readable: 'all' } as const;
    return this.service.find({ ...query, since, limit }, patience);
  }

  /** Deletes what is kept of a tenant. */
  async remove(tenantId: string): Promise<void> {
    await this.client.query('DELETE FROM outbox WHERE tenant_id = $1', [tenantId]);
  }

  /** Until so many calls wait. */
  async waiting(count = 1): Promise<void> {
    await vi.waitUntil(() => this.waiters.size === count);
  }

  /** Until the feed has read up to a position. */
  async read(position: number): Promise<void> {
    await vi.waitUntil(() => this.feed.position === position);
  }

  /** Places entries, and says nothing; gives the last position. */
  async place(...entries: Entry[]): Promise<number> {
    await this.client.query('BEGIN');
    let position = 0;
    for (const entry of entries) {
      const { rows } = await this.client.query<{ last_position: string }>(
        'UPDATE relay_lease SET last_position = last_position + 1 RETURNING last_position',
      );
      position = Number(rows[0]?.last_position);
      await this.client.query(
        `INSERT INTO outbox (message_id, position, operation, service_instance_name, tenant_id,
           concerned_tenant_ids, app_name, correlation_id)
         VALUES (gen_random_uuid(), $1, 'upsert', $2, $3, $4, $5, 'x')`,
        [
          position,
          entry.serviceInstanceName,
          entry.tenantId,
          entry.concernedTenantIds,
          entry.appName,
        ],
      );
    }
    await this.client.query('COMMIT');
    return position;
  }

  /** Makes the database one of before, without a word. */
  async setBack(position: number): Promise<void> {
    await this.client.query('DELETE FROM outbox WHERE position > $1', [position]);
    await this.client.query('UPDATE relay_lease SET last_position = $1', [position]);
  }

  async prune(position: number): Promise<void> {
    await this.client.query('DELETE FROM outbox WHERE position <= $1', [position]);
    await this.client.query('UPDATE relay_lease SET pruned_position = $1', [position]);
  }
}
