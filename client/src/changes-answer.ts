import type { Notification } from './notification.js';

/** An answer of `GET /changes`. */
export interface Changes {
  /** Of the last entry that was looked at. */
  position: number;
  notifications: Notification[];
}

/** @throws Error if it has another form */
export function readChanges(answer: unknown): Changes {
  const { position, changes } = answer as { position: unknown; changes: Entry[] };
  const last = numberOf(position);
  if (last === undefined) throw new Error('it has no position');
  return { position: last, notifications: changes.map(notificationOf) };
}

interface Entry {
  position: unknown;
  kind: 'broadcast' | 'targeted';
  operation: 'upsert' | 'delete';
  tenantId: string | null;
  appName: string | null;
  appVersionName: string | null;
  revision: unknown;
  correlationId: string;
  at: string;
}

function notificationOf({ position, revision, at, ...entry }: Entry): Notification {
  return {
    kind: entry.kind,
    operation: entry.operation,
    tenantId: entry.tenantId,
    appName: entry.appName,
    appVersionName: entry.appVersionName,
    revision: numberOf(revision),
    position: numberOf(position),
    correlationId: entry.correlationId,
    timestamp: Date.parse(at),
  };
}

/** Undefined if it is none, however the service has its numbers read. */
function numberOf(value: unknown): number | undefined {
  const number = value === null || value === '' ? Number.NaN : Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}
