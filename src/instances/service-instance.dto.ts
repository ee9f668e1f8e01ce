import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SchemaField, ServiceInstance } from '../settings/service-instance.js';

const SCHEMA = { type: 'object', additionalProperties: true } as const;

/** A service instance as REST shows it. */
export class ServiceInstanceDto {
  @ApiProperty({ type: String, example: 'epts' })
  name!: string;

  @ApiProperty({ type: String, example: 'EPTS' })
  serviceName!: string;

  @ApiProperty({ type: String, example: 'Data collection' })
  serviceGroup!: string;

  @ApiPropertyOptional({ type: String })
  description?: string;

  @ApiPropertyOptional({ type: String, example: '/epts' })
  urlPrefix?: string;

  @ApiProperty({ type: Boolean, description: 'Whether application configurations have a schema.' })
  appConfigurationSchemaPresent!: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether appversion configurations have a schema.' })
  appVersionConfigurationSchemaPresent!: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether tenant configurations have a schema.' })
  tenantConfigurationSchemaPresent!: boolean;

  @ApiPropertyOptional({ ...SCHEMA, description: 'Where `include` asks for it.' })
  appConfigurationSchema?: object;

  @ApiPropertyOptional({ ...SCHEMA, description: 'Where `include` asks for it.' })
  appVersionConfigurationSchema?: object;

  @ApiPropertyOptional({ ...SCHEMA, description: 'Where `include` asks for it.' })
  tenantConfigurationSchema?: object;
}

/** @param include the schemas to show, where the instance has them */
export function toServiceInstanceDto(
  { schemas, name, serviceName, serviceGroup, description, urlPrefix }: ServiceInstance,
  include: readonly SchemaField[],
): ServiceInstanceDto {
  const dto: ServiceInstanceDto = {
    name,
    serviceName,
    serviceGroup,
    ...(description !== undefined && { description }),
    ...(urlPrefix !== undefined && { urlPrefix }),
    appConfigurationSchemaPresent: schemas.appConfigurationSchema !== undefined,
    appVersionConfigurationSchemaPresent: schemas.appVersionConfigurationSchema !== undefined,
    tenantConfigurationSchemaPresent: schemas.tenantConfigurationSchema !== undefined,
  };
  for (const field of include) {
    const schema = schemas[field];
    if (schema) dto[field] = schema.source;
  }
  return dto;
}
