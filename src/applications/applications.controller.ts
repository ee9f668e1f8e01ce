import { Controller, Get, HttpStatus, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCall, type Call } from '../auth/caller.js';
import { RequireScope } from '../auth/require-scope.decorator.js';
import { Scope } from '../auth/scopes.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { readDto } from '../rest/body-dto.js';
import { missingFirst } from '../rest/missing-first.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
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
import { createdAt } from './created-at.js';
import { APP_NAME, TENANT_ID, TENANT_ID_OF_APPLICATION } from './parameters.js';

@ApiTags('Applications')
@Controller('applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
  ) {}

  @Post()
  @RequireScope(Scope.ApplicationCreate, Scope.PlatformApplicationCreate)
  @TakesParameters(TENANT_ID)
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
    return this.show(application);
  }

  @Get()
  @RequireScope(Scope.ApplicationRead)
  @TakesParameters(TENANT_ID)
  @ApiOperation({ summary: 'List the applications of a tenant, by name' })
  @ApiOkResponse({ type: [ApplicationDto] })
  @ApiErrors(400)
  async list(
    @ParametersOfCall() { tenantId }: { tenantId?: string },
    @CurrentCall() { caller }: Call,
  ): Promise<ApplicationDto[]> {
    const applications = await this.applications.list(tenantId ?? caller.tenantId);
    return applications.map(toApplicationDto);
  }

  @Get(':appName')
  @RequireScope(Scope.ApplicationRead)
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION)
  @ApiOperation({ summary: 'Read an application' })
  @ApiOkResponse({ type: ApplicationWithVersionsDto })
  @ApiErrors(400, 404)
  async get(@ParametersOfCall() ref: ApplicationRef): Promise<ApplicationWithVersionsDto> {
    return this.show(await this.applications.require(ref));
  }

  @Patch(':appName')
  @RequireScope(Scope.ApplicationUpdate)
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION)
  @ApiOperation({ summary: "Change an application's display name or description" })
  @ApiBody({ type: UpdateDto })
  @ApiOkResponse({ type: ApplicationWithVersionsDto })
  @ApiErrors(400, 404, 413, 415)
  async update(
    @ParametersOfCall() ref: ApplicationRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
  ): Promise<ApplicationWithVersionsDto> {
    const dto = await missingFirst(readDto(body, UpdateDto, [JSON_TYPE, MERGE_PATCH_TYPE]), () =>
      this.applications.require(ref),
    );
    return this.show(await this.applications.update(ref, dto, call));
  }

  private async show(application: Application): Promise<ApplicationWithVersionsDto> {
    const versions = await this.appVersions.listOf(application.id);
    return {
      ...toApplicationDto(application),
      appVersions: versions.map(({ name }) => name),
    };
  }
}
