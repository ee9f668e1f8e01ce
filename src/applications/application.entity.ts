import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A container for endpoints of one kind, owned by one tenant. */
@Entity('applications')
@Unique('applications_name_taken', ['name'])
@Unique('applications_name_clash', ['relaxedName'])
@Index('applications_by_tenant', ['tenantId', 'name'])
export class Application {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'applications_pk',
  })
  id!: string;

  @Column({ name: 'tenant_id', type: 'text', collation: 'C' })
  tenantId!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ name: 'relaxed_name', type: 'text', collation: 'C' })
  relaxedName!: string;

  @Column({ name: 'display_name', type: 'text' })
  displayName!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Goes up with each change, also of the list of versions. */
  @Column({ name: 'change_number', type: 'integer', default: 1 })
  changeNumber!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
