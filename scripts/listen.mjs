// `npm run listen -- <NATS URL>`: prints the 17/SCMP messages that Tekton sends, one line each.
import { connect } from '@nats-io/transport-node';
import avro from 'avsc';

const [, , url = 'nats://127.0.0.1:4222'] = process.argv;
const OPTIONAL = ['null', 'string'];
const COMMON = [
  { name: 'tenantID', type: OPTIONAL },
  { name: 'appName', type: OPTIONAL },
  { name: 'appVerName', type: OPTIONAL },
];
const FIRST = [
  { name: 'correlationId', type: 'string' },
  { name: 'timestamp', type: 'long' },
];
const broadcast = recordType('BroadcastConfigurationUpdateEvent', [
  ...FIRST,
  { name: 'originatorReplicaId', type: 'string' },
  ...COMMON,
]);
const targeted = recordType('ServiceSpecificConfigurationUpdateEvent', [
  ...FIRST,
  { name: 'tenantID', type: 'string' },
  ...COMMON.slice(1),
]);

function recordType(name, fields) {
  const namespace = 'org.kaaproject.scmp.event.gen.v1.service.configuration';
  return avro.Type.forSchema({ type: 'record', name, namespace, fields }, { wrapUnions: false });
}

let connection;
try {
  connection = await connect({ servers: new URL(url).host, maxReconnectAttempts: -1 });
} catch (error) {
  console.error(`${url} cannot be reached: ${error.message}. Give the URL that npm start printed.`);
  process.exit(1);
}
const print = (type) => (error, message) => {
  if (error) return console.error(error.message);
  const { timestamp, ...record } = type.fromBuffer(Buffer.from(message.data));
  const at = new Date(timestamp).toISOString();
  const position = message.headers?.get('Tekton-Position') ?? '-';
  console.log(`${at} #${position} ${message.subject}\n  ${JSON.stringify(record)}`);
};
connection.subscribe('kaa.v1.events.*.service.configuration.*', { callback: print(broadcast) });
connection.subscribe('kaa.v1.service.*.scmp.configuration.*', { callback: print(targeted) });
console.log(`Listening at ${url}; Ctrl-C ends it.`);
