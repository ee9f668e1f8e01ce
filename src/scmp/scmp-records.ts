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

const broadcastType = avro.Type.forSchema(
  {
    type: 'record',
    name: 'BroadcastConfigurationUpdateEvent',
    namespace: NAMESPACE,
    fields: [
      { name: 'correlationId', type: 'string' },
      { name: 'timestamp', type: 'long' },
      { name: 'originatorReplicaId', type: 'string' },
      { name: 'tenantID', ...OPTIONAL_STRING },
      { name: 'appName', ...OPTIONAL_STRING },
      { name: 'appVerName', ...OPTIONAL_STRING },
    ],
  } as avro.Schema,
  { wrapUnions: false },
);

const targetedType = avro.Type.forSchema(
  {
    type: 'record',
    name: 'ServiceSpecificConfigurationUpdateEvent',
    namespace: NAMESPACE,
    fields: [
      { name: 'correlationId', type: 'string' },
      { name: 'timestamp', type: 'long' },
      { name: 'tenantID', type: 'string' },
      { name: 'appName', ...OPTIONAL_STRING },
      { name: 'appVerName', ...OPTIONAL_STRING },
    ],
  } as avro.Schema,
  { wrapUnions: false },
);

/** One Avro record in binary, without a container header, as 17/SCMP carries it. */
export function encodeBroadcast(record: BroadcastRecord): Buffer {
  return broadcastType.toBuffer(record);
}

/** One Avro record in binary, without a container header, as 17/SCMP carries it. */
export function encodeTargeted(record: TargetedRecord): Buffer {
  return targetedType.toBuffer(record);
}
