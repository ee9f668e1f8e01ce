import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../auth/audit-log.js';
import type { Call } from '../auth/call.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-error.js';
import { faultsError, TektonError } from '../errors/tekton-error.js';
import { Outbox } from '../outbox/outbox.js';
import type { UpdateDto } from './application.dto.js';
import { Application } from './application.entity.js';
import { nameTaken, requireApplication, type ApplicationRef } from './applications.service.js';
import type { CreateAppVersionDto } from './app-version.dto.js';
import { AppVersion } from './app-version.entity.js';
import { changedColumns, entityTag } from './named.js';
import { isVersionNameOf, relaxedName } from './names.js';

/** Which version a call means. */
export interface AppVersionRef extends ApplicationRef {
  appVersionName: string;
}

@Injectable()
export class AppVersionsService {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
  ) {}

  /** @throws {TektonError} NOT_FOUND, INVALID_BODY, NAME_TAKEN */
  async create(ref: ApplicationRef, dto: CreateAppVersionDto, call: Call): Promise<AppVersion> {
    const { version, what } = await this.outbox.transaction(async (tx) => {
      const application = await requireApplication(tx, ref, { lock: true });
      const name = versionName(ref.appName, dto);
      const version = tx.create(AppVersion, {
        applicationId: application.id,
        name,
        relaxedName: relaxedName(name),
        displayName: dto.displayName ?? name,
        description: dto.description ?? null,
      });
      await tx.insert(AppVersion, version).catch((error: unknown) => {
        throw isUniqueViolation(error) ? nameTaken(name, error) : error;
      });
      await tx.increment(Application, { id: application.id }, 'changeNumber', 1);
      const what = { tenantId: application.tenantId, appName: ref.appName, appVersionName: name };
      const { correlationId } = call;
      await this.outbox.append(tx, [{ operation: 'upsert', ...what, correlationId }]);
      return { version, what };
    }, call.dryRun);
    this.audit.note(call, { operation: 'create', ...what });
    return version;
  }

  /** @throws {TektonError} NOT_FOUND */
  async list(ref: ApplicationRef): Promise<AppVersion[]> {
    const { id } = await this.database.read((manager) => requireApplication(manager, ref));
    return this.listOf(id);
  }

  listOf(applicationId: string): Promise<AppVersion[]> {
    return this.database.read((manager) =>
      manager.find(AppVersion, { where: { applicationId }, order: { name: 'ASC' } }),
    );
  }

  /** @throws {TektonError} NOT_FOUND */
  require(ref: AppVersionRef): Promise<AppVersion> {
    return this.database.read((manager) => requireAppVersion(manager, ref));
  }

  /**
   * Changes what may change; tells nobody if nothing does.
   *
   * @throws {TektonError} NOT_FOUND
   */
  async update(ref: AppVersionRef, dto: UpdateDto, call: Call): Promise<AppVersion> {
    const { version, what } = await this.outbox.transaction(async (tx) => {
      const { tenantId } = await requireApplication(tx, ref);
      const version = await requireAppVersion(tx, ref, { lock: true });
      call.preconditions.check(entityTag(version));
      const changes = changedColumns(version, dto);
      if (!changes) return { version };
      await tx.update(AppVersion, version.id, changes);
      const what = { tenantId, appName: ref.appName, appVersionName: version.name };
      const { correlationId } = call;
      await this.outbox.append(tx, [{ operation: 'upsert', ...what, correlationId }]);
      return { version: Object.assign(version, changes), what };
    }, call.dryRun);
    if (what) this.audit.note(call, { operation: 'update', ...what });
    return version;
  }
}

/**
 * @param lock keeps the row from changing until the transaction ends
 * @throws {TektonError} NOT_FOUND of the application or of the version
 */
export async function requireAppVersion(
  tx: EntityManager,
  ref: AppVersionRef,
  { lock = false } = {},
): Promise<AppVersion> {
  const { id: applicationId } = await requireApplication(tx, ref);
  const version = await tx.findOne(AppVersion, {
    where: { applicationId, name: ref.appVersionName },
    ...(lock && { lock: { mode: 'pessimistic_write' } }),
  });
  if (!version) throw appVersionNotFound(ref);
  return version;
}

export function appVersionNotFound({ appName, appVersionName }: AppVersionRef): TektonError {
  return new TektonError(
    'NOT_FOUND',
    `The application ${JSON.stringify(appName)} has no version ${JSON.stringify(appVersionName)}`,
  );
}

function versionName(appName: string, { name, suffix }: CreateAppVersionDto): string {
  const given = name ?? undefined;
  if ((given === undefined) === ((suffix ?? undefined) === undefined)) {
    throw faultsError('INVALID_BODY', 'The body', [
      { path: '', message: 'must have either the full name or the suffix, and not both' },
    ]);
  }
  if (given === undefined) return `${appName}-${suffix ?? ''}`;
  if (isVersionNameOf(given, appName)) return given;
  throw faultsError('INVALID_BODY', 'The body', [
    { path: '/name', message: `must be "${appName}-<suffix>", the suffix of a-z 0-9` },
  ]);
}
