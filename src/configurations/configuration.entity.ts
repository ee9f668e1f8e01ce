import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { AppVersion } from '../applications/app-version.entity.js';
import { Application } from '../applications/application.entity.js';

/**
 * The present state of the configuration at one address, and the address's revision counter. The
 * row outlives its configuration and its application, so that the counter never restarts.
 */
@Entity('configurations')
@Unique('configurations_address', ['level', 'ownerName', 'serviceInstanceName'])
@Index('configurations_by_application', ['applicationId'])
@Index('configurations_by_app_version', ['appVersionId'])
@Index('configurations_by_instance', ['serviceInstanceName', 'tenantId'])
@Check('configurations_level', `level IN ('tenant', 'application', 'appversion')`)
export class Configuration {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'configurations_pk',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  level!: string;

  /** Tenant ID, application name or appversion name, by the level. */
  @Column({ name: 'owner_name', type: 'text', collation: 'C' })
  ownerName!: string;

  @Column({ name: 'service_instance_name', type: 'text', collation: 'C' })
  serviceInstanceName!: string;

  @Column({ name: 'tenant_id', type: 'text', collation: 'C' })
  tenantId!: string;

  @Column({ name: 'application_id', type: 'bigint', nullable: true })
  applicationId!: string | null;

  @ManyToOne(() => Application)
  @JoinColumn({ name: 'application_id', foreignKeyConstraintName: 'configurations_application' })
  application?: Application;

  @Column({ name: 'app_version_id', type: 'bigint', nullable: true })
  appVersionId!: string | null;

  @ManyToOne(() => AppVersion)
  @JoinColumn({ name: 'app_version_id', foreignKeyConstraintName: 'configurations_app_version' })
  appVersion?: AppVersion;

  @Column({ type: 'bigint' })
  revision!: string;

  /** The revision at which the configuration came to be, after none or a deleted one. */
  @Column({ name: 'created_revision', type: 'bigint' })
  createdRevision!: string;

  /** The document's text as it was put, white space aside; null if it is deleted. */
  @Column({ type: 'text', nullable: true })
  document!: string | null;

  /** Of the document's canonical text: equal for equal documents only. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  digest!: string | null;

  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3 })
  changedAt!: Date;
}
