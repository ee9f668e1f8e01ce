import { addressName, type Address } from './addresses.js';

/** What {@link MANY_CHANGES} changes. */
export const CHANGED_SO_OFTEN: Address = {
  name: addressName({ name: 'epts', tenantID: 'kaa', appName: null, appVerName: null }),
  path: '/tenant-configs',
  instance: 'epts',
};

/** Changes it $1 times, as that many PUTs would have left it behind; $2 stands in each correlation ID. */
export const MANY_CHANGES = `
  WITH configuration AS (
    INSERT INTO configurations (level, owner_name, service_instance_name, tenant_id, revision,
      created_revision, document, digest, changed_at)
    VALUES ('tenant', 'kaa', 'epts', 'kaa', $1, 1, '{}', '', now())
    RETURNING id
  ), revisions AS (
    INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, operation, document,
      digest, size_bytes, changed_at, changed_by, correlation_id)
    SELECT id, n, 'kaa', 'upsert', '{}', '', 2, now(), 'anonymous', $2 || n
    FROM configuration, generate_series(1, $1) n
  )
  INSERT INTO outbox (message_id, operation, service_instance_name, tenant_id, revision,
    correlation_id)
  SELECT gen_random_uuid(), 'upsert', 'epts', 'kaa', n, $2 || n
  FROM generate_series(1, $1) n ORDER BY n`;
