import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant was unregistered: its data is to go as soon as it is known to be gone. */
@Entity('tenant_removals')
export class TenantRemovalRequest {
  @PrimaryColumn({
    name: 'tenant_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'tenant_removals_pk',
  })
  tenantId!: string;

  /** That of the event. */
  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;

  @Column({ name: 'requested_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  requestedAt!: Date;
}
