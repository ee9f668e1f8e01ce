import avro from 'avsc';
import type { Notification } from './notification.js';

/** 17/SCMP, both records, as they are on the wire. */
interface ScmpRecord {
  correlationId: string;
  timestamp: number;
  tenantID: string | null;
  appName: string | null;
  appVerName: string | null;
}

const OPTIONAL = ['null', 'string'];
const FIRST = [
  { name: 'correlationId', type: 'string' },
  { name: 'timestamp', type: 'long' },
];
const LAST = [
  { name: 'appName', type: OPTIONAL },
  { name: 'appVerName', type: OPTIONAL },
];

const TYPES = {
  broadcast: recordType('BroadcastConfigurationUpdateEvent', [
    ...FIRST,
    { name: 'originatorReplicaId', type: 'string' },
    { name: 'tenantID', type: OPTIONAL },
    ...LAST,
  ]),
  targeted: recordType('ServiceSpecificConfigurationUpdateEvent', [
    ...FIRST,
    { name: 'tenantID', type: 'string' },
    ...LAST,
  ]),
};

function recordType(name: string, fields: readonly object[]): avro.Type {
  const namespace = 'org.kaaproject.scmp.event.gen.v1.service.configuration';
  const schema = { type: 'record', name, namespace, fields } as unknown as avro.Schema;
  return avro.Type.forSchema(schema, { wrapUnions: false });
}

/** What of a message is beside its payload. */
export interface Envelope {
  kind: Notification['kind'];
  subject: string;
  /** The value of a header; empty if there is none. */
  header: (name: string) => string;
}

/**
 * Reads a 17/SCMP message: a single Avro record in binary, without a container header.
 * @throws Error if the payload is no such record
 */
export function readMessage(
  payload: Uint8Array,
  { kind, subject, header }: Envelope,
): Notification {
  const { buffer, byteOffset, byteLength } = payload;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const record = TYPES[kind].fromBuffer(bytes) as ScmpRecord;
  return {
    kind,
    operation: subject.endsWith('.delete') ? 'delete' : 'upsert',
    tenantId: record.tenantID,
    appName: record.appName,
    appVersionName: record.appVerName,
    revision: numberIn(header('Tekton-Revision')),
    position: numberIn(header('Tekton-Position')),
    correlationId: record.correlationId,
    timestamp: record.timestamp,
  };
}

function numberIn(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
