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
import { Access } from '../auth/access-rule.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { DRY_RUN } from '../outbox/dry-run.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { JSON_UTF8 } from '../rest/json-utf8.js';
import { missingFirst } from '../rest/missing-first.js';
import { isKnown } from '../rest/not-modified.js';
import type { Parameter } from '../rest/parameter.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { IF_MATCH, IF_NONE_MATCH, IF_NONE_MATCH_ON_WRITE } from '../rest/preconditions.js';
import { BodyOfCall, JSON_TYPE, MERGE_PATCH_TYPE, RequestBody } from '../rest/request-body.js';
import type { ConfigurationView } from './configuration-view.js';
import { ConfigurationsService } from './configurations.service.js';
import { DOCUMENT, INSTANCE, LEVELS, type Level, type OwnerParameters } from './levels.js';

const OPTIONAL_INSTANCE: Parameter = {
  ...INSTANCE,
  required: false,
  description:
    'The service instance whose configuration is meant; without it, an object of service instance names and their configurations.',
};

const WRITE: readonly Parameter[] = [DRY_RUN, IF_MATCH, IF_NONE_MATCH_ON_WRITE];

/** The same operations on configurations, at the path of one level. */
function createController(level: Level): Type {
  const { path, tag, operationSuffix, parameters, toOwner, readers, writers } = level;
  const { example, patchExample } = level;

  @ApiTags(tag)
  @Controller(path)
  class ConfigurationsController {
    constructor(private readonly configurations: ConfigurationsService) {}

    @Get()
    @Header('content-type', JSON_UTF8)
    @Access(readers)
    @TakesParameters(...parameters, OPTIONAL_INSTANCE, IF_NONE_MATCH)
    @ApiOperation({
      operationId: `get${operationSuffix}`,
      summary: 'Read the configuration of one service instance, or of all',
    })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiResponse({ status: 304, description: 'The caller has it already.' })
    @ApiErrors(400, 404)
    async get(
      @ParametersOfCall() { serviceInstanceName, ...parameters }: OwnerParameters & Instance,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string | undefined> {
      const owner = toOwner(parameters, call);
      if (serviceInstanceName === undefined) {
        const { documents, etag } = await this.configurations.getAll(owner);
        return isKnown(etag, call, reply) ? undefined : documents;
      }
      const view = await this.configurations.get(owner, serviceInstanceName);
      const document = showView(view, reply);
      return isKnown(view.etag, call, reply) ? undefined : document;
    }

    @Put()
    @Header('content-type', JSON_UTF8)
    @Access(writers)
    @TakesParameters(...parameters, OPTIONAL_INSTANCE, ...WRITE)
    @ApiOperation({
      operationId: `put${operationSuffix}`,
      summary: 'Create or replace the configuration of one service instance, or of several',
    })
    @ApiBody({ schema: { ...DOCUMENT, example } })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiResponse({ status: 201, schema: DOCUMENT, description: 'There was none before.' })
    @ApiErrors(400, 404, 412, 413, 415)
    async put(
      @ParametersOfCall() { serviceInstanceName, ...parameters }: OwnerParameters & Instance,
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      const owner = toOwner(parameters, call);
      if (serviceInstanceName === undefined) {
        const { documents, etag } = await this.configurations.putAll(owner, body, call);
        reply.header('etag', etag);
        return documents;
      }
      const put = await this.configurations.put(owner, serviceInstanceName, body, call);
      if (put.created) reply.status(HttpStatus.CREATED);
      return showView(put, reply);
    }

    @Patch()
    @Header('content-type', JSON_UTF8)
    @Access(writers)
    @TakesParameters(...parameters, INSTANCE, ...WRITE)
    @ApiOperation({
      operationId: `patch${operationSuffix}`,
      summary: 'Apply a JSON merge patch (RFC 7396) to the configuration of a service instance',
    })
    @ApiConsumes(MERGE_PATCH_TYPE, JSON_TYPE)
    @ApiBody({ schema: { ...DOCUMENT, example: patchExample } })
    @ApiResponse({ status: 200, schema: DOCUMENT })
    @ApiErrors(400, 404, 412, 413, 415)
    async patch(
      @ParametersOfCall()
      { serviceInstanceName, ...parameters }: OwnerParameters & Required<Instance>,
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      return showView(
        await this.configurations.patch(toOwner(parameters, call), serviceInstanceName, body, call),
        reply,
      );
    }

    @Delete()
    @HttpCode(HttpStatus.NO_CONTENT)
    @Access(writers)
    @TakesParameters(...parameters, INSTANCE, ...WRITE)
    @ApiOperation({
      operationId: `delete${operationSuffix}`,
      summary: 'Delete the configuration of a service instance',
    })
    @ApiNoContentResponse()
    @ApiErrors(400, 404, 412)
    async delete(
      @ParametersOfCall()
      { serviceInstanceName, ...parameters }: OwnerParameters & Required<Instance>,
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<void> {
      const owner = toOwner(parameters, call);
      await missingFirst(body.discard(), () => this.configurations.requireOwner(owner));
      const revision = await this.configurations.delete(owner, serviceInstanceName, call);
      reply.header('x-revision', revision);
    }
  }
  return ConfigurationsController;
}

interface Instance {
  serviceInstanceName?: string;
}

/** A document as it stands, its revision beside it. */
export function showView(view: ConfigurationView, reply: FastifyReply): string {
  reply.header('etag', view.etag);
  reply.header('x-revision', view.revision);
  reply.header('last-modified', view.changedAt.toUTCString());
  return view.document;
}

export const CONFIGURATION_CONTROLLERS = LEVELS.map(createController);
