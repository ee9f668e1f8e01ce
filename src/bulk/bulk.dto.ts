import { ApiProperty, type ApiBodyOptions } from '@nestjs/swagger';
import { DOCUMENT } from '../configurations/levels.js';

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

type Schema = Exclude<Extract<ApiBodyOptions, { schema: unknown }>['schema'], { $ref: string }>;

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

const TEXTS = {
  name: { type: 'string' },
  displayName: { type: 'string' },
} as const;

const CONFIGS = {
  type: 'object',
  additionalProperties: DOCUMENT,
  description: 'Service instance name to document.',
} as const;

/** The form of a cluster, with the documents of all instances or of one. */
function clusterSchema(documents: Record<string, Schema>, description: Schema): Schema {
  const named = { ...TEXTS, description, ...documents };
  const array = (items: Schema): Schema => ({ type: 'array', items });
  const version: Schema = { type: 'object', required: ['name'], properties: named };
  const application: Schema = {
    type: 'object',
    required: ['name'],
    properties: { ...named, appVersions: array(version) },
  };
  const tenant: Schema = {
    type: 'object',
    required: ['tenantId'],
    properties: { tenantId: { type: 'string' }, ...documents, applications: array(application) },
  };
  return { type: 'object', required: ['tenants'], properties: { tenants: array(tenant) } };
}

const EXAMPLE = {
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
};

/** What `PUT /bulk` takes. */
export const CLUSTER_BODY_SCHEMA: Schema = {
  ...clusterSchema({ configs: CONFIGS }, { type: 'string', nullable: true }),
  example: EXAMPLE,
};

const CLUSTER = clusterSchema(
  {
    config: { ...DOCUMENT, description: 'Where one instance was asked for.' },
    configRevision: { type: 'integer', description: 'With `revisions=true`.' },
    configETag: {
      type: 'string',
      description:
        'With `revisions=true`: the `ETag` that this configuration has when it is read alone.',
    },
    configs: { ...CONFIGS, description: `${CONFIGS.description} Where none was named.` },
  },
  { type: 'string' },
);

/** What `GET /bulk` answers. */
export const CLUSTER_SCHEMA: Schema = {
  ...CLUSTER,
  properties: { serviceInstanceName: { type: 'string' }, ...CLUSTER.properties },
  example: EXAMPLE,
};
