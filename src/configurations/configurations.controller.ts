import {
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Patch,
  Put,
  Res,
  type Type,
} from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  APP_NAME,
  APP_VERSION_NAME,
  TENANT_ID_OF_APPLICATION,
} from '../applications/parameters.js';
import { CurrentCall, type Call } from '../auth/caller.js';
import { RequireScope } from '../auth/require-scope.decorator.js';
import { Scope } from '../auth/scopes.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import type { Parameter } from '../rest/parameter.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { BodyOfCall, JSON_TYPE, MERGE_PATCH_TYPE, RequestBody } from '../rest/request-body.js';
import type { ConfigurationOwner } from './configuration-owner.js';
import { ConfigurationsService, type ConfigurationView } from './configurations.service.js';

const INSTANCE: Parameter = {
  name: 'serviceInstanceName',
  in: 'query',
  required: true,
  description: 'The service instance whose configuration is meant.',
  schema: { type: 'string', minLength: 1, maxLength: 100 },
  example: 'epts',
};

const OPTIONAL_INSTANCE: Parameter = {
  ...INSTANCE,
  required: false,
  description:
    'The service instance whose configuration is meant; without it, an object of service instance names and their configurations.',
};

const DOCUMENT = { type: 'object', additionalProperties: true } as const;
const JSON_UTF8 = 'application/json; charset=utf-8';

type OwnerParameters = Record<'appName' | 'appVersionName', string> & { tenantId?: string };

interface Level {
  path: string;
  tag: string;
  /** How operations of the level are named in OpenAPI. */
  operationSuffix: string;
  parameters: readonly Parameter[];
  toOwner: (parameters: OwnerParameters) => ConfigurationOwner;
}

/** The same operations on configurations, at the path of one level. */
function createController(level: Level): Type {
  const { path, tag, operationSuffix, parameters, toOwner } = level;

  @ApiTags(tag)
  @Controller(path)
  class ConfigurationsController {
    constructor(private readonly configurations: ConfigurationsService) {}

    @Get()
    @Header('content-type', JSON_UTF8)
    @RequireScope(Scope.ApplicationRead)
    @TakesParameters(...parameters, OPTIONAL_INSTANCE)
    @ApiOperation({
      operationId: `get${operationSuffix}`,
      summary: 'Read the configuration of one service instance, or of all',
    })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiErrors(400, 404)
    async get(
      @ParametersOfCall() { serviceInstanceName, ...owner }: OwnerParameters & Instance,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      if (serviceInstanceName === undefined) return this.configurations.getAll(toOwner(owner));
      return show(await this.configurations.get(toOwner(owner), serviceInstanceName), reply);
    }

    @Put()
    @Header('content-type', JSON_UTF8)
    @RequireScope(Scope.ApplicationUpdate)
    @TakesParameters(...parameters, OPTIONAL_INSTANCE)
    @ApiOperation({
      operationId: `put${operationSuffix}`,
      summary: 'Create or replace the configuration of one service instance, or of several',
    })
    @ApiBody({ schema: DOCUMENT })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiResponse({ status: 201, schema: DOCUMENT, description: 'There was none before.' })
    @ApiErrors(400, 404, 413, 415)
    async put(
      @ParametersOfCall() { serviceInstanceName, ...owner }: OwnerParameters & Instance,
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      if (serviceInstanceName === undefined) {
        return this.configurations.putAll(toOwner(owner), body, call);
      }
      const put = await this.configurations.put(toOwner(owner), serviceInstanceName, body, call);
      if (put.created) reply.status(HttpStatus.CREATED);
      return show(put, reply);
    }

    @Patch()
    @Header('content-type', JSON_UTF8)
    @RequireScope(Scope.ApplicationUpdate)
    @TakesParameters(...parameters, INSTANCE)
    @ApiOperation({
      operationId: `patch${operationSuffix}`,
      summary: 'Apply a JSON merge patch (RFC 7396) to the configuration of a service instance',
    })
    @ApiConsumes(MERGE_PATCH_TYPE, JSON_TYPE)
    @ApiBody({ schema: DOCUMENT })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiErrors(400, 404, 413, 415)
    async patch(
      @ParametersOfCall() { serviceInstanceName, ...owner }: OwnerParameters & Required<Instance>,
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      return show(
        await this.configurations.patch(toOwner(owner), serviceInstanceName, body, call),
        reply,
      );
    }

    @Delete()
    @HttpCode(HttpStatus.NO_CONTENT)
    @RequireScope(Scope.ApplicationUpdate)
    @TakesParameters(...parameters, INSTANCE)
    @ApiOperation({
      operationId: `delete${operationSuffix}`,
      summary: 'Delete the configuration of a service instance',
    })
    @ApiNoContentResponse()
    @ApiErrors(400, 404)
    delete(
      @ParametersOfCall() { serviceInstanceName, ...owner }: OwnerParameters & Required<Instance>,
      @CurrentCall() call: Call,
    ): Promise<void> {
      return this.configurations.delete(toOwner(owner), serviceInstanceName, call);
    }
  }
  return ConfigurationsController;
}

interface Instance {
  serviceInstanceName?: string;
}

/** A document as it stands, its revision beside it. */
function show(
  { document, revision, changedAt, digest }: ConfigurationView,
  reply: FastifyReply,
): string {
  reply.header('etag', `"${revision}-${digest}"`);
  reply.header('x-revision', revision);
  reply.header('last-modified', changedAt.toUTCString());
  return document;
}

export const ApplicationConfigurationsController = createController({
  path: 'app-configs/applications/:appName',
  tag: 'Configurations of an application',
  operationSuffix: 'ApplicationConfiguration',
  parameters: [APP_NAME, TENANT_ID_OF_APPLICATION],
  toOwner: ({ appName, tenantId }) => ({
    level: 'application',
    appName,
    ...(tenantId !== undefined && { tenantId }),
  }),
});

export const AppVersionConfigurationsController = createController({
  path: 'app-configs/applications/:appName/app-versions/:appVersionName',
  tag: 'Configurations of an appversion',
  operationSuffix: 'AppVersionConfiguration',
  parameters: [APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION],
  toOwner: ({ appName, appVersionName, tenantId }) => ({
    level: 'appversion',
    appName,
    appVersionName,
    ...(tenantId !== undefined && { tenantId }),
  }),
});
