import avro from 'avsc';

const OPTIONAL = ['null', 'string'];

/** The message of 17/SCMP that one service instance gets. */
const RECORD = avro.Type.forSchema(
  {
    type: 'record',
    name: 'ServiceSpecificConfigurationUpdateEvent',
    fields: [
      { name: 'correlationId', type: 'string' },
      { name: 'timestamp', type: 'long' },
      { name: 'tenantID', type: 'string' },
      { name: 'appName', type: OPTIONAL },
      { name: 'appVerName', type: OPTIONAL },
    ],
  } as unknown as avro.Schema,
  { wrapUnions: false },
);

/** What a message is about; null: more than one. */
export interface ScmpRecord {
  appName: string | null;
  appVerName: string | null;
}

/** Reads a message to a service instance. */
export function parseRecord(data: Uint8Array): ScmpRecord {
  return RECORD.fromBuffer(
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ) as ScmpRecord;
}
