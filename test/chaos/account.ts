import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedMessage } from '../support/subscriber.js';
import { addressName, urlOf, type Address } from './addresses.js';
import type { Cluster } from './cluster.js';
import type { AcknowledgedChange, Writers } from './writers.js';

/** A change as history has it. */
export interface StoredChange {
  address: string;
  revision: number;
  operation: string;
  correlationId: string;
  /** JSON text; null for a deletion, and where the source does not give it. */
  document: string | null;
}

/** What each side knows when all has come to rest. */
export interface Account {
  /** What callers were answered. */
  acknowledged: readonly AcknowledgedChange[];
  /** History as the database has it, by address and revision. */
  stored: readonly StoredChange[];
  /** History as REST tells it, in the same order. */
  listed: readonly StoredChange[];
  /** All deliveries, in the order in which they came. */
  told: readonly ReceivedMessage[];
  /** The last position that was given. */
  lastPosition: number;
}

/** Against hanging: nothing is concluded from the time itself. */
const PATIENCE_MS = 60_000;
const PAGE = 500;

const STORED = `
  SELECT c.service_instance_name, c.tenant_id, coalesce(a.name, v.app_name) AS app_name,
    v.name AS app_version_name, r.revision, r.operation, r.correlation_id, r.document
  FROM configuration_revisions r
    JOIN configurations c ON c.id = r.configuration_id
    LEFT JOIN applications a ON c.level = 'application' AND a.name = c.owner_name
    LEFT JOIN (SELECT v.name, a.name AS app_name
        FROM app_versions v JOIN applications a ON a.id = v.application_id) v
      ON c.level = 'appversion' AND v.name = c.owner_name
  ORDER BY c.id, r.revision`;

interface StoredRow {
  service_instance_name: string;
  tenant_id: string;
  app_name: string | null;
  app_version_name: string | null;
  revision: string;
  operation: string;
  correlation_id: string;
  document: string | null;
}

/** Takes stock when the writers have ended and all that can be told has been. */
export async function takeAccount(
  cluster: Cluster,
  addresses: readonly Address[],
  writers: Pick<Writers, 'acknowledged'>,
): Promise<Account> {
  const lastPosition = await untilToldOf(cluster);
  const rows = await cluster.query<StoredRow>(STORED);
  return {
    acknowledged: writers.acknowledged,
    stored: rows.map(toStoredChange),
    listed: await listHistories(cluster, addresses),
    told: [...cluster.subscriber.all],
    lastPosition,
  };
}

/**
 * Waits until every entry has its position and has been heard; gives up in the end, since what is
 * missing is best told by the checks.
 */
async function untilToldOf(cluster: Cluster): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await cluster.query<{ last: string; waiting: string }>(
      `SELECT last_position AS last,
        (SELECT count(*) FROM outbox WHERE position IS NULL)
          + last_position - sent_position AS waiting
      FROM relay_lease`,
    );
    const last = Number(row?.last);
    const heard = new Set(cluster.subscriber.all.map(({ position }) => position)).size;
    if (Date.now() > deadline || (row?.waiting === '0' && heard >= last)) return last;
    await sleep(50);
  }
}

function toStoredChange(row: StoredRow): StoredChange {
  return {
    address: addressName({
      name: row.service_instance_name,
      tenantID: row.tenant_id,
      appName: row.app_name,
      appVerName: row.app_version_name,
    }),
    revision: Number(row.revision),
    operation: row.operation,
    correlationId: row.correlation_id,
    document: row.document,
  };
}

async function listHistories(
  cluster: Cluster,
  addresses: readonly Address[],
): Promise<StoredChange[]> {
  const histories: StoredChange[][] = [];
  for (const address of addresses) histories.push(await listHistory(cluster, address));
  return histories.flat();
}

/** Oldest first; each page from any replica. */
async function listHistory(cluster: Cluster, address: Address): Promise<StoredChange[]> {
  const changes: StoredChange[] = [];
  for (;;) {
    const { rest } = await cluster.anyServing();
    const before = changes.length > 0 ? `&before=${changes.at(-1)?.revision ?? 0}` : '';
    const answer = await rest.get(`${urlOf(address, '/history')}&limit=${PAGE}${before}`);
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw new Error(`History: ${answer.status} ${answer.text}`);
    const page = JSON.parse(answer.text) as Omit<StoredChange, 'address' | 'document'>[];
    changes.push(
      ...page.map(({ revision, operation, correlationId }) => ({
        address: address.name,
        revision,
        operation,
        correlationId,
        document: null,
      })),
    );
    if (page.length < PAGE || changes.at(-1)?.revision === 1) return changes.reverse();
  }
}
