import { ApiProperty, type ApiBodyOptions } from '@nestjs/swagger';

class CreatedDto {
  @ApiProperty({ type: 'integer', example: 1 })
  created!: number;
}

class ConfigurationCountsDto extends CreatedDto {
  @ApiProperty({ type: 'integer', example: 0 })
  updated!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  deleted!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  unchanged!: number;
}

/** What a load did. */
export class LoadCountsDto {
  @ApiProperty({ type: CreatedDto })
  applications!: CreatedDto;

  @ApiProperty({ type: CreatedDto })
  appVersions!: CreatedDto;

  @ApiProperty({ type: ConfigurationCountsDto })
  configurations!: ConfigurationCountsDto;
}

type Schema = Extract<ApiBodyOptions, { schema: unknown }>['schema'];

const DOCUMENT: Schema = { type: 'object', additionalProperties: true };

/** The form of the services' own configuration files, by service instance. */
export const CONFIGURATION_FILES_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      kaa: {
        type: 'object',
        properties: {
          applications: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              description: 'The configuration of the application, and its versions.',
              properties: { versions: { type: 'object', additionalProperties: DOCUMENT } },
              additionalProperties: true,
            },
          },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  example: {
    epts: {
      kaa: {
        applications: {
          smart_kettle: {
            autoExtraction: true,
            versions: { 'smart_kettle-v1': {} },
          },
        },
      },
    },
  },
};

const NAMED = {
  name: { type: 'string' },
  displayName: { type: 'string' },
  description: { type: 'string' },
  config: { ...DOCUMENT, description: 'Where one instance was asked for.' },
  configs: {
    type: 'object',
    additionalProperties: DOCUMENT,
    description: 'Service instance name to document, where none was named.',
  },
} as const;

/** Tenants with their applications, versions and configurations. */
export const CLUSTER_SCHEMA: Schema = {
  type: 'object',
  required: ['tenants'],
  properties: {
    serviceInstanceName: { type: 'string' },
    tenants: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tenantId'],
        properties: {
          tenantId: { type: 'string' },
          config: NAMED.config,
          configs: NAMED.configs,
          applications: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name'],
              properties: {
                ...NAMED,
                appVersions: {
                  type: 'array',
                  items: { type: 'object', required: ['name'], properties: NAMED },
                },
              },
            },
          },
        },
      },
    },
  },
  example: {
    tenants: [
      {
        tenantId: 'kaa',
        applications: [
          {
            name: 'smart_kettle',
            displayName: 'Smart kettle',
            configs: { epts: { autoExtraction: true } },
            appVersions: [{ name: 'smart_kettle-v1', displayName: 'First' }],
          },
        ],
      },
    ],
  },
};
