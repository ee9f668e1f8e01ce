import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access-rule.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import type { Parameter } from '../rest/parameter.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { SCHEMA_FIELDS, type SchemaField } from '../settings/service-instance.js';
import { Catalogue } from './catalogue.js';
import { ServiceInstanceDto, toServiceInstanceDto } from './service-instance.dto.js';

const INCLUDE: Parameter = {
  name: 'include',
  in: 'query',
  description: 'Schemas to add to the answer; repeat it, or put commas between.',
  schema: { type: 'array', items: { type: 'string', enum: SCHEMA_FIELDS } },
  example: ['appConfigurationSchema'],
};

const NAME: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'Name of the service instance.',
  schema: { type: 'string', minLength: 1, maxLength: 100 },
  example: 'epts',
};

interface Included {
  include?: SchemaField[];
}

@ApiTags('Service instances')
@Controller('service-instances')
export class ServiceInstancesController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  @Access({ kind: 'any-caller' })
  @TakesParameters(INCLUDE)
  @ApiOperation({ summary: 'List the defined service instances, in the order of the settings' })
  @ApiOkResponse({ type: [ServiceInstanceDto] })
  @ApiErrors(400)
  list(@ParametersOfCall() { include = [] }: Included): ServiceInstanceDto[] {
    return this.catalogue.list().map((instance) => toServiceInstanceDto(instance, include));
  }

  @Get(':name')
  @Access({ kind: 'any-caller' })
  @TakesParameters(NAME, INCLUDE)
  @ApiOperation({ summary: 'Read one service instance' })
  @ApiOkResponse({ type: ServiceInstanceDto })
  @ApiErrors(400, 404)
  get(@ParametersOfCall() { name, include = [] }: Included & { name: string }): ServiceInstanceDto {
    return toServiceInstanceDto(this.catalogue.require(name), include);
  }
}
