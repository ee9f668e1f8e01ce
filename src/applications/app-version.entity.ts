import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Named } from './named.js';
import { Application } from './application.entity.js';

/** A version of an application; an endpoint works in exactly one. */
@Entity('app_versions')
@Unique('app_versions_name_taken', ['name'])
@Unique('app_versions_name_clash', ['applicationId', 'relaxedName'])
export class AppVersion extends Named {
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
}
