import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Application } from './application.entity.js';
import { APPLICATION_NAME } from './names.js';
import { DESCRIPTION_LIMIT, DISPLAY_NAME_LIMIT, IsFreeText, IsTextLike } from './text.validator.js';

const NULLABLE_TEXT = { type: 'string', nullable: true, minLength: 1 } as const;

/** What may change of an application or a version. */
export class UpdateDto {
  @IsFreeText(DISPLAY_NAME_LIMIT)
  @ApiPropertyOptional({
    ...NULLABLE_TEXT,
    maxLength: DISPLAY_NAME_LIMIT,
    description: 'Free text for people; null makes it the name again.',
    example: 'Smart kettle',
  })
  displayName?: string | null;

  @IsFreeText(DESCRIPTION_LIMIT)
  @ApiPropertyOptional({
    ...NULLABLE_TEXT,
    maxLength: DESCRIPTION_LIMIT,
    description: 'Free text for people; null clears it.',
    example: 'Kettles of the kitchen series',
  })
  description?: string | null;
}

export class CreateApplicationDto extends UpdateDto {
  @IsTextLike(APPLICATION_NAME, '1 to 100 of a-z 0-9 - _, the first a letter or digit')
  @ApiPropertyOptional({
    type: String,
    pattern: APPLICATION_NAME.source,
    description:
      'Unique in the cluster, also when - and _ are removed; never changes. Required, unless Tekton generates names: then it is refused.',
    example: 'smart_kettle',
  })
  name?: string | null;
}

/** An application as lists show it. */
export class ApplicationDto {
  @ApiProperty({ type: String, example: 'smart_kettle' })
  name!: string;

  @ApiProperty({ type: String, example: 'Smart kettle' })
  displayName!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  description!: string | null;

  @ApiProperty({ type: String, example: 'kaa' })
  tenantId!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  updatedAt!: string;
}

/** An application as it is shown alone. */
export class ApplicationWithVersionsDto extends ApplicationDto {
  @ApiProperty({
    type: [String],
    description: 'Names of its versions.',
    example: ['smart_kettle-v1'],
  })
  appVersions!: string[];
}

export function toApplicationDto(application: Application): ApplicationDto {
  const { name, displayName, description, tenantId, createdAt, updatedAt } = application;
  return {
    name,
    displayName,
    description,
    tenantId,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
