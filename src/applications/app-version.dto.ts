import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { UpdateDto } from './application.dto.js';
import type { AppVersion } from './app-version.entity.js';
import { APP_VERSION_NAME, SUFFIX } from './names.js';
import { IsTextLike } from './text.validator.js';

export class CreateAppVersionDto extends UpdateDto {
  @IsTextLike(APP_VERSION_NAME, '<application name>-<suffix>, the suffix 1 to 50 of a-z 0-9')
  @ApiPropertyOptional({
    type: String,
    pattern: APP_VERSION_NAME.source,
    description:
      'The full name, `<application name>-<suffix>` (`_` in place of `-` is taken too). Either this or `suffix`.',
  })
  name?: string | null;

  @IsTextLike(SUFFIX, '1 to 50 of a-z 0-9')
  @ApiPropertyOptional({
    type: String,
    pattern: SUFFIX.source,
    description: 'The name is `<application name>-<suffix>`. Either this or `name`.',
    example: 'v1',
  })
  suffix?: string | null;
}

/** A version of an application. */
export class AppVersionDto {
  @ApiProperty({ type: String, example: 'smart_kettle-v1' })
  name!: string;

  @ApiProperty({ type: String, example: 'Smart kettle, first version' })
  displayName!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  description!: string | null;

  @ApiProperty({ type: String, example: 'smart_kettle' })
  appName!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  updatedAt!: string;
}

export function toAppVersionDto(version: AppVersion, appName: string): AppVersionDto {
  const { name, displayName, description, createdAt, updatedAt } = version;
  return {
    name,
    displayName,
    description,
    appName,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
