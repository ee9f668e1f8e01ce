import { randomUUID } from 'node:crypto';
import avro from 'avsc';
import { isCorrelationId } from '../rest/correlation-id.js';
import { TENANT_ID } from './tenant.js';

const NAMESPACE = 'org.kaaproject.ipc.event.gen.v1.tenant.lifecycle';

/** 21/TLE: what has happened to a tenant; both records have the same fields. */
export interface TenantEvent {
  correlationId: string;
  /** Unix milliseconds. */
  timestamp: number;
  timeout: number;
  tenantId: string;
  originatorReplicaId: string;
}

const FIELDS = [
  { name: 'correlationId', type: 'string' },
  { name: 'timestamp', type: 'long' },
  { name: 'timeout', type: 'long', default: 0 },
  { name: 'tenantId', type: 'string' },
  { name: 'originatorReplicaId', type: 'string' },
];

export type TenantEventName = 'updated' | 'unregistered';

const types = {
  updated: recordType('UpdatedEvent'),
  unregistered: recordType('UnregisteredEvent'),
} satisfies Record<TenantEventName, avro.Type>;

function recordType(name: string): avro.Type {
  const schema = { type: 'record', name, namespace: NAMESPACE, fields: FIELDS };
  return avro.Type.forSchema(schema as unknown as avro.Schema);
}

/**
 * Reads one Avro record in binary, without a container header. A correlation ID that could not be one
 * of ours is replaced: what follows from the event would carry it on.
 *
 * @throws {Error} if the payload is not such a record, or names what no tenant is called
 */
export function decodeTenantEvent(name: TenantEventName, payload: Uint8Array): TenantEvent {
  const event = types[name].fromBuffer(Buffer.from(payload)) as TenantEvent;
  const { tenantId, correlationId } = event;
  if (!TENANT_ID.test(tenantId)) throw new Error('It names no tenant');
  return isCorrelationId(correlationId) ? event : { ...event, correlationId: randomUUID() };
}
