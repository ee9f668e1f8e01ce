import type { NatsMessage } from '../nats/nats-connection.js';
import type { PlacedEntry } from '../outbox/placed-entry.js';
import { encodeBroadcast, encodeTargeted } from './scmp-records.js';

/** Who sends: Tekton as the provider of configurations. */
export interface Provider {
  instanceName: string;
  replicaId: string;
}

export type MessageKind = 'broadcast' | 'targeted';

export function kindOf(entry: PlacedEntry): MessageKind {
  return entry.service_instance_name === null ? 'broadcast' : 'targeted';
}

/** The 17/SCMP message of an entry: subject, Avro record, and headers that plain consumers ignore. */
export function toScmpMessage(entry: PlacedEntry, provider: Provider): NatsMessage {
  const { operation, service_instance_name: name } = entry;
  return {
    subject: subjectOf({ operation, serviceInstanceName: name }, provider),
    payload: payloadOf(entry, provider),
    headers: {
      'Tekton-Position': entry.position,
      'Nats-Msg-Id': entry.message_id,
      ...(entry.revision !== null && { 'Tekton-Revision': entry.revision }),
    },
  };
}

/** 17/SCMP: broadcasts go out under the provider's name, targeted messages under the consumer's. */
export function subjectOf(
  { operation, serviceInstanceName }: { operation: string; serviceInstanceName?: string | null },
  { instanceName }: Provider,
): string {
  return serviceInstanceName == null
    ? `kaa.v1.events.${instanceName}.service.configuration.${operation}`
    : `kaa.v1.service.${serviceInstanceName}.scmp.configuration.${operation}`;
}

function payloadOf(entry: PlacedEntry, { replicaId }: Provider): Buffer {
  const common = {
    correlationId: entry.correlation_id,
    timestamp: entry.created_at.getTime(),
    appName: entry.app_name,
    appVerName: entry.app_version_name,
  };
  if (entry.service_instance_name === null) {
    return encodeBroadcast({
      ...common,
      originatorReplicaId: replicaId,
      tenantID: entry.tenant_id,
    });
  }
  if (entry.tenant_id === null) throw new Error('A targeted message always names its tenant');
  return encodeTargeted({ ...common, tenantID: entry.tenant_id });
}
