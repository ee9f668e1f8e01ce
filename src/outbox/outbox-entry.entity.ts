import { Column, Entity, Index, PrimaryGeneratedColumn, Unique, Check } from 'typeorm';

/** One message that must be told: written with its change, placed and sent by the relay. */
@Entity('outbox')
@Unique('outbox_position', ['position'])
@Index('outbox_unplaced', ['id'], { where: 'position IS NULL' })
@Check('outbox_operation', `operation IN ('upsert', 'delete')`)
export class OutboxEntry {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outbox_pk',
  })
  id!: string;

  /** Says that two deliveries are of one message. */
  @Column({ name: 'message_id', type: 'uuid' })
  messageId!: string;

  /** Its place in the one order of all messages; null until the relay has given it. */
  @Column({ type: 'bigint', nullable: true })
  position!: string | null;

  @Column({ type: 'text', collation: 'C' })
  operation!: 'upsert' | 'delete';

  /** The instance that is told; null for a message to every instance. */
  @Column({ name: 'service_instance_name', type: 'text', collation: 'C', nullable: true })
  serviceInstanceName!: string | null;

  @Column({ name: 'tenant_id', type: 'text', collation: 'C', nullable: true })
  tenantId!: string | null;

  /** The tenants that are concerned where there is no single one; null if that was not noted. */
  @Column({
    name: 'concerned_tenant_ids',
    type: 'text',
    array: true,
    collation: 'C',
    nullable: true,
  })
  concernedTenantIds!: string[] | null;

  @Column({ name: 'app_name', type: 'text', collation: 'C', nullable: true })
  appName!: string | null;

  @Column({ name: 'app_version_name', type: 'text', collation: 'C', nullable: true })
  appVersionName!: string | null;

  /** Of the one configuration that the message is about. */
  @Column({ type: 'bigint', nullable: true })
  revision!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;

  @Column({
    name: 'created_at',
    type: 'timestamptz',
    precision: 3,
    default: () => 'clock_timestamp()',
  })
  createdAt!: Date;
}
