import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What those who were away need: how much of the outbox is kept, and whom a wide entry concerns. */
export class ChangesSince1795478400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Entries up to this position are, or are about to be, no longer there.
    await runner.query(
      `ALTER TABLE relay_lease ADD COLUMN pruned_position bigint NOT NULL DEFAULT 0`,
    );
    // Null: the tenant of the entry alone; with no tenant, as a replica of the version before
    // writes it, any tenant may be concerned.
    await runner.query(`ALTER TABLE outbox ADD COLUMN concerned_tenant_ids text[] COLLATE "C"`);
    await runner.query(`
      CREATE TABLE tenant_removals (
        tenant_id text COLLATE "C" NOT NULL CONSTRAINT tenant_removals_pk PRIMARY KEY,
        correlation_id text NOT NULL,
        requested_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE tenant_removals`);
    await runner.query(`ALTER TABLE outbox DROP COLUMN concerned_tenant_ids`);
    await runner.query(`ALTER TABLE relay_lease DROP COLUMN pruned_position`);
  }
}
