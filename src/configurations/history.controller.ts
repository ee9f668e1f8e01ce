import {
  Controller,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Post,
  Res,
  type Type,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access, type AccessRule } from '../auth/access-rule.js';
import { CurrentCall, type Call } from '../auth/call.js';
import { Scope } from '../auth/scopes.js';
import { DRY_RUN } from '../outbox/dry-run.js';
import { ApiErrors } from '../rest/api-errors.decorator.js';
import { JSON_UTF8 } from '../rest/json-utf8.js';
import { missingFirst } from '../rest/missing-first.js';
import type { Parameter } from '../rest/parameter.js';
import { ParametersOfCall, TakesParameters } from '../rest/parameters.decorator.js';
import { IF_MATCH } from '../rest/preconditions.js';
import { BodyOfCall, RequestBody } from '../rest/request-body.js';
import { showView } from './configurations.controller.js';
import { RevisionDto, toRevisionDto } from './history.dto.js';
import { HistoryService, type HistoryRef } from './history.service.js';
import { DOCUMENT, INSTANCE, LEVELS, type Level, type OwnerParameters } from './levels.js';

const DEFAULT_LIMIT = 50;
const MAXIMAL_LIMIT = 500;
const REVISION_SCHEMA = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const;

const REVISION: Parameter = {
  name: 'revision',
  in: 'path',
  required: true,
  description: 'Number of the change.',
  schema: REVISION_SCHEMA,
  example: 1,
};
const TO: Parameter = {
  name: 'to',
  in: 'query',
  description: 'The revision to compare with; the newest if it is not given.',
  schema: REVISION_SCHEMA,
};
const LIMIT: Parameter = {
  name: 'limit',
  in: 'query',
  description: 'How many changes to list at most.',
  schema: { type: 'integer', minimum: 1, maximum: MAXIMAL_LIMIT, default: DEFAULT_LIMIT },
};
const BEFORE: Parameter = {
  name: 'before',
  in: 'query',
  description: 'List only changes before this revision.',
  schema: REVISION_SCHEMA,
};
const DELETED: Parameter = {
  name: 'deleted',
  in: 'query',
  description: 'Show the history of deleted applications and versions that had these names.',
  schema: { type: 'boolean', default: false },
};

/** What a name's former application had is not for those who may read the present one. */
const FORMER = { parameter: DELETED.name, scope: Scope.PlatformApplicationRead };

interface HistoryParameters extends OwnerParameters {
  serviceInstanceName: string;
  deleted?: boolean;
}

/** The history of configurations, at the path of one level. */
function createController(level: Level): Type {
  const { path, tag, operationSuffix, parameters, toOwner, writers } = level;
  // A tenant is not deleted here.
  const hasFormer = level.readers.kind === 'application';
  const readParameters = [...parameters, INSTANCE, ...(hasFormer ? [DELETED] : [])];
  const readers: AccessRule =
    level.readers.kind === 'application' ? { ...level.readers, former: FORMER } : level.readers;

  const toRef = (given: HistoryParameters, call: Call): HistoryRef => ({
    owner: toOwner(given, call),
    instanceName: given.serviceInstanceName,
    of: given.deleted ? 'deleted' : 'present',
  });

  @ApiTags(tag)
  @Controller(`${path}/history`)
  class HistoryController {
    constructor(private readonly history: HistoryService) {}

    @Get()
    @Access(readers)
    @TakesParameters(...readParameters, LIMIT, BEFORE)
    @ApiOperation({
      operationId: `list${operationSuffix}History`,
      summary: 'List the changes of a configuration, newest first',
    })
    @ApiOkResponse({ type: [RevisionDto] })
    @ApiErrors(400, 404)
    async list(
      @ParametersOfCall() given: HistoryParameters & { limit: number; before?: number },
      @CurrentCall() call: Call,
    ): Promise<RevisionDto[]> {
      const rows = await this.history.list(toRef(given, call), given.before, given.limit);
      return rows.map(toRevisionDto);
    }

    @Get(':revision')
    @Header('content-type', JSON_UTF8)
    @Access(readers)
    @TakesParameters(...readParameters, REVISION)
    @ApiOperation({
      operationId: `get${operationSuffix}Revision`,
      summary: 'Read the configuration as it was at a revision',
    })
    @ApiOkResponse({ schema: DOCUMENT })
    @ApiErrors(400, 404)
    async get(
      @ParametersOfCall() given: HistoryParameters & { revision: number },
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      const row = await this.history.read(toRef(given, call), given.revision);
      reply.header('x-revision', row.revision);
      reply.header('last-modified', row.changed_at.toUTCString());
      return row.document;
    }

    @Get(':revision/diff')
    @Header('content-type', JSON_UTF8)
    @Access(readers)
    @TakesParameters(...readParameters, REVISION, TO)
    @ApiOperation({
      operationId: `diff${operationSuffix}Revisions`,
      summary: 'Compare two revisions: the JSON Patch (RFC 6902) from one to the other',
    })
    @ApiOkResponse({ schema: { type: 'array', items: DOCUMENT } })
    @ApiErrors(400, 404)
    diff(
      @ParametersOfCall() given: HistoryParameters & { revision: number; to?: number },
      @CurrentCall() call: Call,
    ): Promise<string> {
      return this.history.diff(toRef(given, call), given.revision, given.to);
    }

    @Post(':revision/restore')
    @HttpCode(HttpStatus.OK)
    @Header('content-type', JSON_UTF8)
    @Access(writers)
    @TakesParameters(...parameters, INSTANCE, REVISION, DRY_RUN, IF_MATCH)
    @ApiOperation({
      operationId: `restore${operationSuffix}Revision`,
      summary: 'Make the document of a revision current again, as a new revision',
    })
    @ApiOkResponse({ schema: DOCUMENT })
    @ApiErrors(400, 404, 409, 412)
    async restore(
      @ParametersOfCall() given: HistoryParameters & { revision: number },
      @BodyOfCall() body: RequestBody,
      @CurrentCall() call: Call,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<string> {
      const ref = toRef(given, call);
      await missingFirst(body.discard(), () => this.history.requireOwner(ref));
      return showView(await this.history.restore(ref, given.revision, call), reply);
    }
  }
  return HistoryController;
}

export const HISTORY_CONTROLLERS = LEVELS.map(createController);
