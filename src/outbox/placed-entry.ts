/** An entry of the outbox that has its place in the order of all messages. */
export interface PlacedEntry {
  message_id: string;
  position: string;
  operation: 'upsert' | 'delete';
  service_instance_name: string | null;
  tenant_id: string | null;
  app_name: string | null;
  app_version_name: string | null;
  revision: string | null;
  correlation_id: string;
  created_at: Date;
}
