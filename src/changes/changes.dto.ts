import { ApiProperty } from '@nestjs/swagger';

/** A message that NATS carries, or will carry, as REST tells of it. */
export class ChangeDto {
  @ApiProperty({
    type: 'integer',
    description: 'Its place in the one order of all messages.',
    example: 42,
  })
  position!: number;

  @ApiProperty({
    type: String,
    enum: ['broadcast', 'targeted'],
    description: '`broadcast`: to every service instance; `targeted`: to the one that is named.',
    example: 'targeted',
  })
  kind!: 'broadcast' | 'targeted';

  @ApiProperty({ type: String, enum: ['upsert', 'delete'], example: 'upsert' })
  operation!: 'upsert' | 'delete';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null if more than one tenant is concerned.',
    example: 'kaa',
  })
  tenantId!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null if the tenant, or more than one application of it, is concerned.',
    example: 'smart_kettle',
  })
  appName!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'smart_kettle-v1' })
  appVersionName!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null in a broadcast.',
    example: 'epts',
  })
  serviceInstanceName!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the configuration, if it is about a single one.',
    example: 3,
  })
  revision!: number | null;

  @ApiProperty({
    type: String,
    description: 'That of the call that made the change.',
    example: '385bc371-d217-4fcc-ac9d-31fd87898cee',
  })
  correlationId!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  at!: string;
}

/** What `GET /changes` answers. */
export class ChangesDto {
  @ApiProperty({
    type: 'integer',
    description: 'The last position that was looked at: what to ask `since` next.',
    example: 42,
  })
  position!: number;

  @ApiProperty({ type: [ChangeDto], description: 'Oldest first.' })
  changes!: ChangeDto[];
}
