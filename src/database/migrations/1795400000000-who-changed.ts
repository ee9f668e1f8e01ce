import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed a configuration: beside the subject the client and the tenant; and who owns an application. */
export class WhoChanged1795400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null in what was written before, or by a replica of the version before.
    await runner.query(`
      ALTER TABLE configuration_revisions
        ADD COLUMN changed_by_client text,
        ADD COLUMN changed_by_tenant text COLLATE "C"`);
    await runner.query(`ALTER TABLE applications ADD COLUMN owner_subject text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE applications DROP COLUMN owner_subject`);
    await runner.query(`
      ALTER TABLE configuration_revisions
        DROP COLUMN changed_by_client, DROP COLUMN changed_by_tenant`);
  }
}
