import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A change of a configuration, kept as history. */
@Entity('configuration_revisions')
@Index('configuration_revisions_by_time', ['changedAt'], { type: 'brin' })
@Check('configuration_revisions_operation', `operation IN ('upsert', 'delete')`)
export class ConfigurationRevision {
  @PrimaryColumn({
    name: 'configuration_id',
    type: 'bigint',
    primaryKeyConstraintName: 'configuration_revisions_pk',
  })
  configurationId!: string;

  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'configuration_revisions_pk' })
  revision!: string;

  /** The tenant it belonged to then. */
  @Column({ name: 'tenant_id', type: 'text', collation: 'C' })
  tenantId!: string;

  /** The application it belonged to then: a later one of the same name does not see it. */
  @Column({ name: 'application_id', type: 'bigint', nullable: true })
  applicationId!: string | null;

  @Column({ type: 'text', collation: 'C' })
  operation!: 'upsert' | 'delete';

  @Column({ type: 'text', nullable: true })
  document!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  digest!: string | null;

  @Column({ name: 'size_bytes', type: 'integer', nullable: true })
  sizeBytes!: number | null;

  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3 })
  changedAt!: Date;

  @Column({ name: 'changed_by', type: 'text' })
  changedBy!: string;

  /** The OAuth client that was used; null if there was none, or if it was not noted then. */
  @Column({ name: 'changed_by_client', type: 'text', nullable: true })
  changedByClient!: string | null;

  /** The tenant whose issuer vouched for who changed it; null if it was not noted then. */
  @Column({ name: 'changed_by_tenant', type: 'text', collation: 'C', nullable: true })
  changedByTenant!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;

  /** The revision whose document it made current again. */
  @Column({ name: 'restored_from', type: 'bigint', nullable: true })
  restoredFrom!: string | null;
}
