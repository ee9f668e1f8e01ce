import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Named } from './named.js';

/** A container for endpoints of one kind, owned by one tenant. */
@Entity('applications')
@Unique('applications_name_taken', ['name'])
@Unique('applications_name_clash', ['relaxedName'])
@Index('applications_by_tenant', ['tenantId', 'name'])
export class Application extends Named {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'applications_pk',
  })
  id!: string;

  @Column({ name: 'tenant_id', type: 'text', collation: 'C' })
  tenantId!: string;

  /** Who owns what stands for it at Keycloak; null if nobody of its tenant has created it. */
  @Column({ name: 'owner_subject', type: 'text', nullable: true })
  ownerSubject!: string | null;
}
