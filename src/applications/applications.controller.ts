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
import {
  ApplicationDto,
  ApplicationWithVersionsDto,
  CreateApplicationDto,
  toApplicationDto,
  UpdateDto,
} from './application.dto.js';
import type { Application } from './application.entity.js';
import { ApplicationsService, type ApplicationRef } from './applications.service.js';
import { AppVersionsService } from './app-versions.service.js';
import { isKnown, variesByCaller } from '../rest/not-modified.js';
import { createdAt } from './created-at.js';
import { entityTag } from './named.js';
import { APP_NAME, TENANT_ID, TENANT_ID_OF_APPLICATION } from './parameters.js';

@ApiTags('Applications')
@Controller('applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
  ) {}

  @Post()
  @Access({
    kind: 'tenant',
    own: Scope.ApplicationCreate,
    every: Scope.PlatformApplicationCreate,
  })
  @TakesParameters(TENANT_ID, DRY_RUN)
  @ApiOperation({ summary: 'Create an application' })
  @ApiBody({ type: CreateApplicationDto })
  @ApiCreatedResponse({ type: ApplicationWithVersionsDto })
  @ApiErrors(400, 409, 413, 415)
  async create(
    @ParametersOfCall() { tenantId }: { tenantId?: string },
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApplicationWithVersionsDto> {
    const dto = await readDto(body, CreateApplicationDto);
    const application = await this.applications.create(tenantId ?? call.caller.tenantId, dto, call);
    reply.status(HttpStatus.CREATED).header('location', createdAt(request, application.name));
    reply.header('etag', entityTag(application));
    return { ...toApplicationDto(application), appVersions: [] };
  }

  @Get()
  @Access({
    kind: 'tenant',
    every: Scope.PlatformApplicationRead,
    each: Scope.ApplicationRead,
  })
  @TakesParameters(TENANT_ID, IF_NONE_MATCH)
  @ApiOperation({ summary: 'List the applications of a tenant, by name' })
  @ApiOkResponse({ type: [ApplicationDto] })
  @ApiResponse({ status: 304, description: 'The caller has it already.' })
  @ApiErrors(400)
  async list(
    @ParametersOfCall() given: { tenantId?: string },
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApplicationDto[] | undefined> {
    const tenantId = given.tenantId ?? call.caller.tenantId;
    variesByCaller(reply);
    if (isKnown(await this.applications.listTag(tenantId, call), call, reply)) return undefined;
    const applications = await this.applications.list(tenantId, call.readable);
    return applications.map(toApplicationDto);
  }

  @Get(':appName')
  @Access({ kind: 'application', scope: Scope.ApplicationRead })
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION, IF_NONE_MATCH)
  @ApiOperation({ summary: 'Read an application' })
  @ApiOkResponse({ type: ApplicationWithVersionsDto })
  @ApiResponse({ status: 304, description: 'The caller has it already.' })
  @ApiErrors(400, 404)
  async get(
    @ParametersOfCall() ref: ApplicationRef,
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApplicationWithVersionsDto | undefined> {
    const application = await this.applications.require(ref);
    if (isKnown(entityTag(application), call, reply)) return undefined;
    return this.show(application);
  }

  @Patch(':appName')
  @Access({ kind: 'application', scope: Scope.ApplicationUpdate })
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION, DRY_RUN, IF_MATCH)
  @ApiOperation({ summary: "Change an application's display name or description" })
  @ApiConsumes(JSON_TYPE, MERGE_PATCH_TYPE)
  @ApiBody({ type: UpdateDto })
  @ApiOkResponse({ type: ApplicationWithVersionsDto })
  @ApiErrors(400, 404, 412, 413, 415)
  async update(
    @ParametersOfCall() ref: ApplicationRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApplicationWithVersionsDto> {
    const dto = await missingFirst(readDto(body, UpdateDto, [JSON_TYPE, MERGE_PATCH_TYPE]), () =>
      this.applications.require(ref),
    );
    const application = await this.applications.update(ref, dto, call);
    reply.header('etag', entityTag(application));
    return this.show(application);
  }

  private async show(application: Application): Promise<ApplicationWithVersionsDto> {
    const versions = await this.appVersions.listOf(application.id);
    return {
      ...toApplicationDto(application),
      appVersions: versions.map(({ name }) => name),
    };
  }
}
