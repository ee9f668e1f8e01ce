import avro from 'avsc';

const NAMESPACE = 'org.kaaproject.scmp.event.gen.v1.service.configuration';
const OPTIONAL_STRING = { type: ['null', 'string'], default: null } as const;

/** 17/SCMP, BroadcastConfigurationUpdateEvent. */
export interface BroadcastRecord {
  correlationId: string;
  /** When the message was made, Unix milliseconds. */
  timestamp: number;
  originatorReplicaId: string;
  tenantID: string | null;
  appName: string | null;
  appVerName: string | null;
}

/** 17/SCMP, ServiceSpecificConfigurationUpdateEvent. */
export interface TargetedRecord {
  correlationId: string;
  /** When the message was made, Unix milliseconds. */
  timestamp: number;
  tenantID: string;
  appName: string | null;
  appVerName: string | null;
}

const FIRST_FIELDS = [
  { name: 'correlationId', type: 'string' },
  { name: 'timestamp', type: 'long' },
];
const APPLICATION_FIELDS = [
  { name: 'appName', ...OPTIONAL_STRING },
  { name: 'appVerName', ...OPTIONAL_STRING },
];

const broadcastType = recordType('BroadcastConfigurationUpdateEvent', [
  ...FIRST_FIELDS,
  { name: 'originatorReplicaId', type: 'string' },
  { name: 'tenantID', ...OPTIONAL_STRING },
  ...APPLICATION_FIELDS,
]);

const targetedType = recordType('ServiceSpecificConfigurationUpdateEvent', [
  ...FIRST_FIELDS,
  { name: 'tenantID', type: 'string' },
  ...APPLICATION_FIELDS,
]);

function recordType(name: string, fields: readonly object[]): avro.Type {
  const schema = { type: 'record', name, namespace: NAMESPACE, fields } as unknown as avro.Schema;
  return avro.Type.forSchema(schema, { wrapUnions: false });
}

/** One Avro record in binary, without a container header, as 17/SCMP carries it. */
export function encodeBroadcast(record: BroadcastRecord): Buffer {
  return broadcastType.toBuffer(record);
}

/** One Avro record in binary, without a container header, as 17/SCMP carries it. */
export function encodeTargeted(record: TargetedRecord): Buffer {
  return targetedType.toBuffer(record);
}
