import { Inject, Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { AuditLog } from '../auth/audit-log.js';
import type { Call } from '../auth/call.js';
import { ApplicationResources } from '../auth/application-resources.js';
import { shownOf, type Applications } from '../auth/permissions.js';
import { Database } from '../database/database.js';
import { isUniqueViolation, violatedConstraint } from '../database/database-error.js';
import { faultsError, TektonError, type Fault } from '../errors/tekton-error.js';
import {
  COLLECTION_VERSION,
  collectionTag,
  type CollectionVersionRow,
} from '../outbox/collection-version.js';
import { Outbox } from '../outbox/outbox.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { Application } from './application.entity.js';
import type { CreateApplicationDto, UpdateDto } from './application.dto.js';
import { changedColumns, entityTag } from './named.js';
import { generateName, relaxedName } from './names.js';

/** Two generated names are equal less often than a disk errs. */
const GENERATION_ATTEMPTS = 3;

/** Which application a call means. */
export interface ApplicationRef {
  appName: string;
  /** If given, the application must be this tenant's. */
  tenantId?: string;
}

@Injectable()
export class ApplicationsService {
  private readonly generatesNames: boolean;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly resources: ApplicationResources,
    private readonly audit: AuditLog,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.generatesNames = settings['kaa.tekton.app-names.auto-generation.enabled'];
  }

  /** @throws {TektonError} INVALID_BODY, NAME_TAKEN, UNAVAILABLE */
  async create(tenantId: string, dto: CreateApplicationDto, call: Call): Promise<Application> {
    const given = this.checkName(dto);
    const application = await this.resources.inTurn(tenantId, () =>
      this.createNamed(tenantId, given, dto, call),
    );
    this.audit.note(call, { operation: 'create', tenantId, appName: application.name });
    return application;
  }

  /** The ETag of a tenant's list. Read before the list, so that it is never newer than that. */
  async listTag(tenantId: string, { readable }: Call): Promise<string> {
    const [row] = await this.database.run<CollectionVersionRow>(COLLECTION_VERSION, []);
    if (!row) throw new Error('relay_lease has its one row from the first migration on');
    return collectionTag(row, ['applications', tenantId, shownOf(readable)]);
  }

  /** @param readable those that the list may show */
  list(tenantId: string, readable: Applications): Promise<Application[]> {
    const names = shownOf(readable);
    return this.database.read((manager) =>
      manager.find(Application, {
        where: { tenantId, ...(names && { name: In(names) }) },
        order: { name: 'ASC' },
      }),
    );
  }

  /** @throws {TektonError} NOT_FOUND */
  require(ref: ApplicationRef): Promise<Application> {
    return this.database.read((manager) => requireApplication(manager, ref));
  }

  /**
   * Changes what may change; tells nobody if nothing does.
   *
   * @throws {TektonError} NOT_FOUND
   */
  async update(ref: ApplicationRef, dto: UpdateDto, call: Call): Promise<Application> {
    const { application, what } = await this.outbox.transaction(async (tx) => {
      const application = await requireApplication(tx, ref, { lock: true });
      call.preconditions.check(entityTag(application));
      const changes = changedColumns(application, dto);
      if (!changes) return { application };
      await tx.update(Application, application.id, changes);
      const what = { tenantId: application.tenantId, appName: application.name };
      const { correlationId } = call;
      await this.outbox.append(tx, [{ operation: 'upsert', ...what, correlationId }]);
      return { application: Object.assign(application, changes), what };
    }, call.dryRun);
    if (what) this.audit.note(call, { operation: 'update', ...what });
    return application;
  }

  /** @param given the name; one is generated if there is none */
  private async createNamed(
    tenantId: string,
    given: string | undefined,
    dto: CreateApplicationDto,
    call: Call,
  ): Promise<Application> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.insert(tenantId, given ?? generateName(), dto, call);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        if (given !== undefined || attempt === GENERATION_ATTEMPTS) throw nameTaken(given, error);
      }
    }
  }

  private insert(
    tenantId: string,
    name: string,
    { displayName, description }: CreateApplicationDto,
    { caller, correlationId, dryRun }: Call,
  ): Promise<Application> {
    return this.outbox.transaction(async (tx) => {
      const application = tx.create(Application, {
        tenantId,
        name,
        relaxedName: relaxedName(name),
        displayName: displayName ?? name,
        description: description ?? null,
      });
      await tx.insert(Application, application);
      await this.outbox.append(tx, [
        { operation: 'upsert', tenantId, appName: name, correlationId },
      ]);
      if (!dryRun) await this.resources.create(tx, application, caller);
      return application;
    }, dryRun);
  }

  private checkName({ name }: CreateApplicationDto): string | undefined {
    const given = name ?? undefined;
    const faults: Fault[] = [];
    if (this.generatesNames && given !== undefined) {
      faults.push({ path: '/name', message: 'is generated by Tekton here; leave it out' });
    } else if (!this.generatesNames && given === undefined) {
      faults.push({ path: '/name', message: 'is required' });
    }
    if (faults.length > 0) throw faultsError('INVALID_BODY', 'The body', faults);
    return given;
  }
}

/**
 * @param lock keeps the row from changing until the transaction ends
 * @throws {TektonError} NOT_FOUND
 */
export async function requireApplication(
  tx: EntityManager,
  { appName, tenantId }: ApplicationRef,
  { lock = false } = {},
): Promise<Application> {
  const application = await tx.findOne(Application, {
    where: { name: appName, ...(tenantId !== undefined && { tenantId }) },
    ...(lock && { lock: { mode: 'pessimistic_write' } }),
  });
  if (!application) throw applicationNotFound(appName);
  return application;
}

/** One answer for an application that is not there and for one that the caller may not see. */
export function applicationNotFound(appName: string): TektonError {
  return new TektonError('NOT_FOUND', `There is no application ${JSON.stringify(appName)}`);
}

/** Does not say whose the other name is, nor how it is written: it may be another tenant's. */
export function nameTaken(name: string | undefined, cause: unknown): TektonError {
  const clash = violatedConstraint(cause)?.endsWith('_clash');
  const why = clash
    ? 'is equal to a taken one when - and _ are removed, which Java services cannot tell apart'
    : 'is taken';
  return new TektonError('NAME_TAKEN', `The name ${JSON.stringify(name)} ${why}; choose another`, {
    cause,
  });
}
