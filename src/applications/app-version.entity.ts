import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Application } from './application.entity.js';

/** A version of an application; an endpoint works in exactly one. */
@Entity('app_versions')
@Unique('app_versions_name_taken', ['name'])
@Unique('app_versions_name_clash', ['applicationId', 'relaxedName'])
export class AppVersion {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'app_versions_pk',
  })
  id!: string;

  @Column({ name: 'application_id', type: 'bigint' })
  applicationId!: string;

  @ManyToOne(() => Application, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'application_id', foreignKeyConstraintName: 'app_versions_application' })
  application?: Application;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ name: 'relaxed_name', type: 'text', collation: 'C' })
  relaxedName!: string;

  @Column({ name: 'display_name', type: 'text' })
  displayName!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Goes up with each change. */
  @Column({ name: 'change_number', type: 'integer', default: 1 })
  changeNumber!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
