import { Injectable } from '@nestjs/common';
import { shownOf } from '../auth/permissions.js';
import { Database, type Statement } from '../database/database.js';
import { TektonError } from '../errors/tekton-error.js';
import type { ChangesQuery, PlacedChange } from './change.js';

/**
 * $1: the position after which to begin, or null for no changes, $2: how many positions to look
 * at, $3: instance or null, $4: tenant or null, $5: names of readable applications or null, $6: how
 * many changes at most, $7: whether to fetch whom wide entries concern, which may be a great many.
 *
 * One statement sees one moment: there is nothing between the changes and the last position that
 * comes with them. Rows are only looked at after the position from which on they are all kept.
 */
const READ: Statement = {
  name: 'read_changes',
  text: `
    SELECT lease.last_position, lease.pruned_position, entry.*
    FROM relay_lease lease LEFT JOIN LATERAL (
      SELECT position, operation, service_instance_name, tenant_id,
        CASE WHEN $7::boolean THEN concerned_tenant_ids END AS concerned_tenant_ids,
        app_name, app_version_name, revision, correlation_id, created_at
      FROM outbox
      WHERE $1::bigint >= lease.pruned_position
        AND position > $1 AND position <= least($1 + $2::bigint, lease.last_position)
        AND ($3::text IS NULL OR service_instance_name IS NULL OR service_instance_name = $3)
        AND ($4::text IS NULL OR tenant_id = $4 OR (tenant_id IS NULL
          AND (concerned_tenant_ids IS NULL OR $4 = ANY (concerned_tenant_ids))))
        AND ($5::text[] IS NULL OR app_name IS NULL OR app_name IN (SELECT unnest($5)))
      ORDER BY position LIMIT $6::integer
    ) entry ON true
    ORDER BY entry.position`,
};

interface LeaseRow {
  last_position: string;
  pruned_position: string;
}

interface EntryRow {
  position: string;
  operation: 'upsert' | 'delete';
  service_instance_name: string | null;
  tenant_id: string | null;
  concerned_tenant_ids: string[] | null;
  app_name: string | null;
  app_version_name: string | null;
  revision: string | null;
  correlation_id: string;
  created_at: Date;
}

type Row = LeaseRow & (EntryRow | { position: null });

/** What was found of one moment. */
export interface Reading {
  /** The last position that was given to anything. */
  readonly lastPosition: number;
  /** How far was looked. */
  readonly position: number;
  /** All that the query asks for up to there. */
  readonly placed: PlacedChange[];
}

/** Changes as the database has them. */
@Injectable()
export class ChangeStore {
  constructor(private readonly database: Database) {}

  /** The last position that was given to anything. */
  async lastPosition(): Promise<number> {
    return leaseOf(await this.database.run<Row>(READ, [null, 0, null, null, null, 0, false])).last;
  }

  /**
   * @param examineLimit how many positions are looked at, at most
   * @throws {TektonError} POSITION_GONE
   */
  async read(query: ChangesQuery, examineLimit: number): Promise<Reading> {
    const rows = await this.database.run<Row>(READ, valuesOf(query, examineLimit, false));
    return toReading(rows, query, examineLimit);
  }

  /**
   * Reads everything after a position, on connections that callers of the API do not wait for.
   *
   * @throws {TektonError} POSITION_GONE
   */
  async readAll(since: number, limit: number): Promise<Reading> {
    const query: ChangesQuery = {
      since,
      limit,
      serviceInstanceName: undefined,
      tenantId: undefined,
      readable: 'all',
    };
    const rows = await this.database.runApart<Row>(READ, valuesOf(query, limit, true));
    return toReading(rows, query, limit);
  }
}

function valuesOf(query: ChangesQuery, examineLimit: number, withConcerned: boolean): unknown[] {
  const { since, limit, serviceInstanceName, tenantId, readable } = query;
  return [
    since,
    examineLimit,
    serviceInstanceName ?? null,
    tenantId ?? null,
    shownOf(readable) ?? null,
    limit,
    withConcerned,
  ];
}

function leaseOf([row]: readonly Row[]): { last: number; pruned: number } {
  if (!row) throw new Error('relay_lease has its one row from the first migration on');
  return { last: Number(row.last_position), pruned: Number(row.pruned_position) };
}

function toReading(
  rows: readonly Row[],
  { since, limit }: ChangesQuery,
  examineLimit: number,
): Reading {
  const { last, pruned } = leaseOf(rows);
  if (since < pruned) throw gone(`Changes after position ${since} are not all kept any more`);
  if (since > last) {
    const why = 'as after the database was restored';
    throw gone(`Position ${since} is ahead of the last one, which is ${last}, ${why}`);
  }
  const placed = rows.filter((row) => row.position !== null).map(toPlacedChange);
  const cut = placed.length === limit ? placed.at(-1)?.change.position : undefined;
  return { lastPosition: last, position: cut ?? Math.min(since + examineLimit, last), placed };
}

function gone(why: string): TektonError {
  return new TektonError(
    'POSITION_GONE',
    `${why}; read GET /bulk anew, and go on from the X-Position of its answer`,
  );
}

function toPlacedChange(row: EntryRow): PlacedChange {
  const { service_instance_name: serviceInstanceName, concerned_tenant_ids: concerned } = row;
  return {
    change: {
      position: Number(row.position),
      kind: serviceInstanceName === null ? 'broadcast' : 'targeted',
      operation: row.operation,
      tenantId: row.tenant_id,
      appName: row.app_name,
      appVersionName: row.app_version_name,
      serviceInstanceName,
      revision: row.revision === null ? null : Number(row.revision),
      correlationId: row.correlation_id,
      at: row.created_at.toISOString(),
    },
    concernedTenantIds: concerned ? new Set(concerned) : undefined,
  };
}
