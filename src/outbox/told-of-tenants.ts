import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database/database.js';

/** Entries that one statement looks at, so that it never keeps others waiting. */
const STEP = 2000;
const PAUSE_MS = 10;

/**
 * Looks at the entries after position $1, and deletes those of the tenants $2 that are not newer than
 * $3. What tells that all of a tenant was deleted stays, for who was away.
 */
const ERASE: Statement = {
  name: 'erase_told_of_tenants',
  text: `
    WITH step AS (
      SELECT position, tenant_id, app_name, service_instance_name, created_at FROM outbox
      WHERE position > $1::bigint AND position <= (SELECT sent_position FROM relay_lease)
      ORDER BY position LIMIT ${STEP}
    ),
    erased AS (
      DELETE FROM outbox USING step
      WHERE outbox.position = step.position
        AND step.tenant_id = ANY ($2::text[]) AND step.created_at <= $3::timestamptz
        AND NOT (step.app_name IS NULL AND step.service_instance_name IS NULL)
    )
    SELECT max(position) AS position, count(*)::int AS seen FROM step`,
};

/** What was told of tenants that are gone, and is kept for who was away. */
@Injectable()
export class ToldOfTenants {
  constructor(private readonly database: Database) {}

  /**
   * Erases it: a later tenant of the same ID would be told of applications that it never had.
   *
   * @param moment when they were known to be gone: what is newer may be a later tenant's, and stays
   */
  async erase(tenantIds: readonly string[], moment: Date, isStopped: () => boolean): Promise<void> {
    for (let position = '0'; !isStopped();) {
      const [step] = await this.database.run<{ position: string | null; seen: number }>(ERASE, [
        position,
        tenantIds,
        moment,
      ]);
      if (!step?.position || step.seen < STEP) return;
      ({ position } = step as { position: string });
      await sleep(PAUSE_MS);
    }
  }
}
