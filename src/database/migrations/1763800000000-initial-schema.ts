import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Names are compared and sorted by code point (collation "C"), which is the order that lists
 * promise and independent of the server's locale.
 */
export class InitialSchema1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE applications (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT applications_pk PRIMARY KEY,
        tenant_id text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL CONSTRAINT applications_name_taken UNIQUE,
        relaxed_name text COLLATE "C" NOT NULL CONSTRAINT applications_name_clash UNIQUE,
        display_name text NOT NULL,
        description text,
        change_number integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    await runner.query(`CREATE INDEX applications_by_tenant ON applications (tenant_id, name)`);

    await runner.query(`
      CREATE TABLE app_versions (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT app_versions_pk PRIMARY KEY,
        application_id bigint NOT NULL
          CONSTRAINT app_versions_application REFERENCES applications (id) ON DELETE CASCADE,
        name text COLLATE "C" NOT NULL CONSTRAINT app_versions_name_taken UNIQUE,
        relaxed_name text COLLATE "C" NOT NULL,
        display_name text NOT NULL,
        description text,
        change_number integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT app_versions_name_clash UNIQUE (application_id, relaxed_name)
      )`);

    // A row stays when its configuration is deleted (document NULL), and when its application is
    // (application_id NULL too): it carries the revision counter of the address.
    await runner.query(`
      CREATE TABLE configurations (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT configurations_pk PRIMARY KEY,
        level text COLLATE "C" NOT NULL
          CONSTRAINT configurations_level CHECK (level IN ('tenant', 'application', 'appversion')),
        owner_name text COLLATE "C" NOT NULL,
        service_instance_name text COLLATE "C" NOT NULL,
        tenant_id text COLLATE "C" NOT NULL,
        application_id bigint
          CONSTRAINT configurations_application REFERENCES applications (id),
        app_version_id bigint
          CONSTRAINT configurations_app_version REFERENCES app_versions (id),
        revision bigint NOT NULL,
        created_revision bigint NOT NULL,
        document text,
        digest text COLLATE "C",
        changed_at timestamptz(3) NOT NULL,
        CONSTRAINT configurations_address UNIQUE (level, owner_name, service_instance_name)
      )`);
    await runner.query(
      `CREATE INDEX configurations_by_application ON configurations (application_id)`,
    );
    await runner.query(
      `CREATE INDEX configurations_by_app_version ON configurations (app_version_id)`,
    );

    await runner.query(
      `CREATE INDEX configurations_by_instance
        ON configurations (service_instance_name, tenant_id)`,
    );

    // No foreign key to configurations: its rows are never deleted, and the check would cost
    // every write a lock more.
    await runner.query(`
      CREATE TABLE configuration_revisions (
        configuration_id bigint NOT NULL,
        revision bigint NOT NULL,
        tenant_id text COLLATE "C" NOT NULL,
        application_id bigint,
        operation text COLLATE "C" NOT NULL
          CONSTRAINT configuration_revisions_operation CHECK (operation IN ('upsert', 'delete')),
        document text,
        digest text COLLATE "C",
        size_bytes integer,
        changed_at timestamptz(3) NOT NULL,
        changed_by text NOT NULL,
        correlation_id text NOT NULL,
        restored_from bigint,
        CONSTRAINT configuration_revisions_pk PRIMARY KEY (configuration_id, revision)
      )`);

    // Revisions are written in the order of time: a few pages of index serve to find old ones.
    await runner.query(
      `CREATE INDEX configuration_revisions_by_time
        ON configuration_revisions USING brin (changed_at)`,
    );

    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pk PRIMARY KEY,
        message_id uuid NOT NULL,
        position bigint CONSTRAINT outbox_position UNIQUE,
        operation text COLLATE "C" NOT NULL
          CONSTRAINT outbox_operation CHECK (operation IN ('upsert', 'delete')),
        service_instance_name text COLLATE "C",
        tenant_id text COLLATE "C",
        app_name text COLLATE "C",
        app_version_name text COLLATE "C",
        revision bigint,
        correlation_id text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query(`CREATE INDEX outbox_unplaced ON outbox (id) WHERE position IS NULL`);

    await runner.query(`
      CREATE TABLE relay_lease (
        id smallint NOT NULL CONSTRAINT relay_lease_pk PRIMARY KEY
          CONSTRAINT relay_lease_single CHECK (id = 1),
        holder text NOT NULL,
        epoch bigint NOT NULL,
        expires_at timestamptz NOT NULL,
        last_position bigint NOT NULL,
        sent_position bigint NOT NULL
      )`);
    await runner.query(`INSERT INTO relay_lease VALUES (1, '', 0, now(), 0, 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE relay_lease, outbox, configuration_revisions, configurations, app_versions,
        applications`);
  }
}
