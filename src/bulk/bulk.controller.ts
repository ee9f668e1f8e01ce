import { Controller, Get, Post, Put, HttpCode, HttpStatus, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { TENANT_ID } from '../applications/parameters.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { Access } from '../auth/access-rule.js';
import { Scope } from '../auth/scopes.js';
import { Catalogue } from '../instances/catalogue.js';
import { faultsError } from '../errors/tekton-error.js';
import { DRY_RUN } from '../outbox/dry-run.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { IF_NONE_MATCH } from '../rest/preconditions.js';
import { BodyOfCall, JSON_TYPE, RequestBody } from '../rest/request-body.js';
import {
  CLUSTER_BODY_SCHEMA,
  CLUSTER_SCHEMA,
  CONFIGURATION_FILES_SCHEMA,
  LoadCountsDto,
} from './bulk.dto.js';
import { APP_NAMES, INCLUDE, MODE, OPTIONAL_INSTANCE, REVISIONS } from './bulk.parameters.js';
import { BulkStreams } from './bulk-streams.js';
import { readCluster } from './cluster-body.js';
import { CLUSTER_INCLUDES, ClusterReader, type ClusterInclude } from './cluster-reader.js';
import { readConfigurationFiles } from './configuration-files.js';
import { ConfigurationFilesReader } from './configuration-files-reader.js';
import { LoadService } from './load.service.js';

interface Narrowing {
  tenantId?: string;
  serviceInstanceName?: string;
}

interface ClusterParameters extends Narrowing {
  appName?: string[];
  include?: ClusterInclude[];
  revisions: boolean;
}

@ApiTags('Bulk')
@Controller()
export class BulkController {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly loads: LoadService,
    private readonly streams: BulkStreams,
    private readonly clusterReader: ClusterReader,
    private readonly filesReader: ConfigurationFilesReader,
  ) {}

  @Post('app-configs')
  @HttpCode(HttpStatus.OK)
  @Access({ kind: 'platform', scope: Scope.PlatformApplicationUpdate })
  @TakesParameters(TENANT_ID, MODE, DRY_RUN)
  @ApiOperation({
    operationId: 'loadConfigurations',
    summary: 'Load configurations of a tenant, creating applications and versions as needed',
  })
  @ApiBody({ schema: CONFIGURATION_FILES_SCHEMA })
  @ApiOkResponse({ type: LoadCountsDto })
  @ApiErrors(400, 413, 415)
  async load(
    @ParametersOfCall() given: { tenantId?: string; mode: 'merge' | 'replace' },
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
  ): Promise<LoadCountsDto> {
    const tenantId = given.tenantId ?? call.caller.tenantId;
    const files = await body.readObject([JSON_TYPE], 'bulk');
    const load = this.loads.begin();
    await readConfigurationFiles(files, tenantId, load);
    return this.loads.apply(load, call, given.mode === 'replace' ? { tenantId } : undefined);
  }

  @Get('app-configs')
  @Access({ kind: 'platform', scope: Scope.PlatformApplicationRead })
  @TakesParameters(TENANT_ID, OPTIONAL_INSTANCE, IF_NONE_MATCH)
  @ApiOperation({
    operationId: 'exportConfigurations',
    summary: 'Export the configurations of a tenant, in the form that loading takes',
  })
  @ApiOkResponse({ schema: CONFIGURATION_FILES_SCHEMA })
  @ApiResponse({ status: 304, description: 'The caller has it already.' })
  @ApiErrors(400, 404)
  export(
    @ParametersOfCall() given: Narrowing,
    @CurrentCall() call: Call,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const tenantId = given.tenantId ?? call.caller.tenantId;
    const instanceNames = this.instanceNames(given);
    return this.streams.send({ ...given, of: 'app-configs' }, call, reply, (snapshot) =>
      this.filesReader.read(snapshot, tenantId, instanceNames),
    );
  }

  @Get('bulk')
  @Access({
    kind: 'tenant',
    every: Scope.PlatformApplicationRead,
    each: Scope.ApplicationRead,
  })
  @TakesParameters(OPTIONAL_INSTANCE, TENANT_ID, APP_NAMES, INCLUDE, REVISIONS, IF_NONE_MATCH)
  @ApiOperation({
    operationId: 'readCluster',
    summary: 'Read all that a service needs when it starts, from one snapshot',
  })
  @ApiOkResponse({ schema: CLUSTER_SCHEMA })
  @ApiResponse({ status: 304, description: 'The caller has it already.' })
  @ApiErrors(400, 404)
  read(
    @ParametersOfCall() given: ClusterParameters,
    @CurrentCall() call: Call,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { appName: appNames, include = CLUSTER_INCLUDES, revisions, ...narrowing } = given;
    if (revisions && given.serviceInstanceName === undefined) {
      throw faultsError('INVALID_PARAMETER', 'The request', [
        { path: 'revisions', message: 'is of use only for one instance: add serviceInstanceName' },
      ]);
    }
    const query = {
      ...narrowing,
      ...(appNames && { appNames }),
      include,
      revisions,
      instanceNames: this.instanceNames(given),
      readable: call.readable,
    };
    return this.streams.send({ ...given, of: 'bulk' }, call, reply, (snapshot) =>
      this.clusterReader.read(snapshot, query),
    );
  }

  @Put('bulk')
  @Access({ kind: 'platform', scope: Scope.PlatformApplicationUpdate })
  @TakesParameters(DRY_RUN)
  @ApiOperation({
    operationId: 'loadCluster',
    summary: 'Load what a bulk read of all instances answered with, as from another cluster',
  })
  @ApiBody({ schema: CLUSTER_BODY_SCHEMA })
  @ApiOkResponse({ type: LoadCountsDto })
  @ApiErrors(400, 413, 415)
  async loadCluster(
    @BodyOfCall() body: RequestBody,
    @CurrentCall() call: Call,
  ): Promise<LoadCountsDto> {
    const cluster = await body.readObject([JSON_TYPE], 'bulk');
    const load = this.loads.begin();
    await readCluster(cluster, load);
    return this.loads.apply(load, call);
  }

  /** The instance that is named, or all. */
  private instanceNames({ serviceInstanceName }: Narrowing): string[] {
    return serviceInstanceName === undefined
      ? this.catalogue.names()
      : [this.catalogue.require(serviceInstanceName).name];
  }
}
