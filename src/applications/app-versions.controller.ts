import { Controller, Get, HttpStatus, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCall, type Call } from '../auth/call.js';
import { Access } from '../auth/access-rule.js';
import { Scope } from '../auth/scopes.js';
import { DRY_RUN } from '../outbox/dry-run.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { readDto } from '../rest/body-dto.js';
import { missingFirst } from '../rest/missing-first.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { IF_MATCH, IF_NONE_MATCH } from '../rest/preconditions.js';
import { BodyOfCall, JSON_TYPE, MERGE_PATCH_TYPE, RequestBody } from '../rest/request-body.js';
import { UpdateDto } from './application.dto.js';
import { ApplicationsService, type ApplicationRef } from './applications.service.js';
import { AppVersionDto, CreateAppVersionDto, toAppVersionDto } from './app-version.dto.js';
import { AppVersionsService, type AppVersionRef } from './app-versions.service.js';
import { isKnown } from '../rest/not-modified.js';
import { createdAt } from './created-at.js';
import { entityTag } from './named.js';
import { APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION } from './parameters.js';

@ApiTags('Application versions')
@Controller('applications/:appName/app-versions')
export class AppVersionsController {
  constructor(
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
  ) {}

  @Post()
  @Access({ kind: 'application', scope: Scope.ApplicationUpdate })
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION, DRY_RUN)
  @ApiOperation({ summary: 'Create a version of an application' })
  @ApiBody({ type: CreateAppVersionDto })
  @ApiCreatedResponse({ type: AppVersionDto })
  @ApiErrors(400, 404, 409, 413, 415)
  async create(
    @ParametersOfCall() ref: ApplicationRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppVersionDto> {
    const dto = await missingFirst(readDto(body, CreateAppVersionDto), () =>
      this.applications.require(ref),
    );
    const version = await this.appVersions.create(ref, dto, call);
    reply.status(HttpStatus.CREATED).header('location', createdAt(request, version.name));
    reply.header('etag', entityTag(version));
    return toAppVersionDto(version, ref.appName);
  }

  @Get()
  @Access({ kind: 'application', scope: Scope.ApplicationRead })
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION)
  @ApiOperation({ summary: 'List the versions of an application, by name' })
  @ApiOkResponse({ type: [AppVersionDto] })
  @ApiErrors(400, 404)
  async list(@ParametersOfCall() ref: ApplicationRef): Promise<AppVersionDto[]> {
    const versions = await this.appVersions.list(ref);
    return versions.map((version) => toAppVersionDto(version, ref.appName));
  }

  @Get(':appVersionName')
  @Access({ kind: 'application', scope: Scope.ApplicationRead })
  @TakesParameters(APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION, IF_NONE_MATCH)
  @ApiOperation({ summary: 'Read a version' })
  @ApiOkResponse({ type: AppVersionDto })
  @ApiResponse({ status: 304, description: 'The caller has it already.' })
  @ApiErrors(400, 404)
  async get(
    @ParametersOfCall() ref: AppVersionRef,
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppVersionDto | undefined> {
    const version = await this.appVersions.require(ref);
    if (isKnown(entityTag(version), call, reply)) return undefined;
    return toAppVersionDto(version, ref.appName);
  }

  @Patch(':appVersionName')
  @Access({ kind: 'application', scope: Scope.ApplicationUpdate })
  @TakesParameters(APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION, DRY_RUN, IF_MATCH)
  @ApiOperation({ summary: "Change a version's display name or description" })
  @ApiConsumes(JSON_TYPE, MERGE_PATCH_TYPE)
  @ApiBody({ type: UpdateDto })
  @ApiOkResponse({ type: AppVersionDto })
  @ApiErrors(400, 404, 412, 413, 415)
  async update(
    @ParametersOfCall() ref: AppVersionRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppVersionDto> {
    const dto = await missingFirst(readDto(body, UpdateDto, [JSON_TYPE, MERGE_PATCH_TYPE]), () =>
      this.appVersions.require(ref),
    );
    const version = await this.appVersions.update(ref, dto, call);
    reply.header('etag', entityTag(version));
    return toAppVersionDto(version, ref.appName);
  }
}
