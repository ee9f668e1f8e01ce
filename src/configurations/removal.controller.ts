import { Controller, Delete, HttpCode, HttpStatus } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApplicationsService, type ApplicationRef } from '../applications/applications.service.js';
import { AppVersionsService, type AppVersionRef } from '../applications/app-versions.service.js';
import {
  APP_NAME,
  APP_VERSION_NAME,
  TENANT_ID_OF_APPLICATION,
} from '../applications/parameters.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { Access } from '../auth/access-rule.js';
import { Scope } from '../auth/scopes.js';
import { DRY_RUN } from '../outbox/dry-run.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { missingFirst } from '../rest/missing-first.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { IF_MATCH } from '../rest/preconditions.js';
import { BodyOfCall, RequestBody } from '../rest/request-body.js';
import { RemovalService } from './removal.service.js';

@Controller('applications/:appName')
export class RemovalController {
  constructor(
    private readonly removal: RemovalService,
    private readonly applications: ApplicationsService,
    private readonly appVersions: AppVersionsService,
  ) {}

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @Access({ kind: 'application', scope: Scope.ApplicationDelete })
  @TakesParameters(APP_NAME, TENANT_ID_OF_APPLICATION, DRY_RUN, IF_MATCH)
  @ApiTags('Applications')
  @ApiOperation({ summary: 'Delete an application with its versions and configurations' })
  @ApiNoContentResponse()
  @ApiErrors(400, 404, 412)
  async removeApplication(
    @ParametersOfCall() ref: ApplicationRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
  ): Promise<void> {
    await missingFirst(body.discard(), () => this.applications.require(ref));
    return this.removal.removeApplication(ref, call);
  }

  @Delete('app-versions/:appVersionName')
  @HttpCode(HttpStatus.NO_CONTENT)
  @Access({ kind: 'application', scope: Scope.ApplicationUpdate })
  @TakesParameters(APP_NAME, APP_VERSION_NAME, TENANT_ID_OF_APPLICATION, DRY_RUN, IF_MATCH)
  @ApiTags('Application versions')
  @ApiOperation({ summary: 'Delete a version with its configurations' })
  @ApiNoContentResponse()
  @ApiErrors(400, 404, 412)
  async removeAppVersion(
    @ParametersOfCall() ref: AppVersionRef,
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
  ): Promise<void> {
    await missingFirst(body.discard(), () => this.appVersions.require(ref));
    return this.removal.removeAppVersion(ref, call);
  }
}
