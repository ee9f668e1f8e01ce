import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApplicationResources } from '../auth/application-resources.js';
import { AuditLog } from '../auth/audit-log.js';
import type { Call } from '../auth/call.js';
import { identityValues } from '../auth/caller.js';
import { runIn } from '../database/database.js';
import { faultsError } from '../errors/tekton-error.js';
import { Outbox, type ConfigurationChange } from '../outbox/outbox.js';
import { LoadFactory } from './load-factory.js';
import { addressKey, ownerName, type Load, type LoadedConfiguration } from './load.js';
import { narrowestMessages, type ChangedThing } from './load-messages.js';
import { loadNames, type LoadedNames } from './load-names.js';
import {
  DELETE_OTHERS,
  PUT_CONFIGURATIONS,
  type ChangedRow,
  type DeletedRow,
} from './load-statements.js';

/** Documents of one statement; what it holds in memory is bounded by this and the body's limit. */
const DOCUMENTS_A_STATEMENT = 1000;

/** What a load did. */
export interface LoadCounts {
  applications: { created: number };
  appVersions: { created: number };
  configurations: { created: number; updated: number; deleted: number; unchanged: number };
}

/** Where configurations that a load does not name are to be deleted. */
export interface Replacing {
  tenantId: string;
}

/** Stores loads: all of one or nothing, told in few messages. */
@Injectable()
export class LoadService {
  constructor(
    private readonly outbox: Outbox,
    private readonly factory: LoadFactory,
    private readonly resources: ApplicationResources,
    private readonly audit: AuditLog,
  ) {}

  /** An empty load, for a body to be read into. */
  begin(): Load {
    return this.factory.create();
  }

  /**
   * @param replacing given if what the load does not name is to be deleted
   * @throws {TektonError} INVALID_BODY listing every fault
   */
  async apply(load: Load, call: Call, replacing?: Replacing): Promise<LoadCounts> {
    refuse(load);
    const counts = await this.outbox.transaction(async (tx) => {
      // What an attempt before this one has found.
      load.faults.length = 0;
      const names = await loadNames(tx, load);
      refuse(load);
      const deleted = replacing ? await deleteOthers(tx, load, replacing, call) : [];
      const given = load.configurations.filter(({ document }) => document !== undefined);
      const changed = await putConfigurations(tx, given, names, call);
      await this.tell(tx, replacing, deleted, names, given, changed, call);
      const created = changed.filter((row) => row.revision === row.created_revision).length;
      return {
        applications: { created: names.applicationsCreated },
        appVersions: { created: names.versionsCreated },
        configurations: {
          created,
          updated: changed.length - created,
          deleted: deleted.length,
          unchanged: given.length - changed.length,
        },
      };
    }, call.dryRun);
    if (hasChanged(counts)) this.audit.note(call, { operation: 'load', ...replacing, counts });
    if (!call.dryRun && counts.applications.created > 0) this.resources.reconcileSoon();
    return counts;
  }

  private tell(
    tx: EntityManager,
    replacing: Replacing | undefined,
    deleted: readonly DeletedRow[],
    names: LoadedNames,
    given: readonly LoadedConfiguration[],
    changed: readonly ChangedRow[],
    { correlationId }: Call,
  ): Promise<void> {
    const deletions = deleted.map((row): ConfigurationChange => ({
      operation: 'delete',
      ...(replacing && { tenantId: replacing.tenantId }),
      appName: row.app_name,
      ...(row.app_version_name !== null && { appVersionName: row.app_version_name }),
      serviceInstanceName: row.service_instance_name,
      revision: row.revision,
      correlationId,
    }));
    const revisions = new Map(
      changed.map((row) => [
        addressKey(row.level, row.owner_name, row.service_instance_name),
        row.revision,
      ]),
    );
    const things = given.flatMap((configuration): ChangedThing[] => {
      const { level, instanceName } = configuration;
      const revision = revisions.get(addressKey(level, ownerName(configuration), instanceName));
      return revision === undefined ? [] : [{ ...configuration, revision }];
    });
    return this.outbox.append(tx, [
      ...deletions,
      ...narrowestMessages(names.listChanges, things, correlationId),
    ]);
  }
}

function refuse({ faults }: Load): void {
  if (faults.length > 0) throw faultsError('INVALID_BODY', 'The load', faults);
}

async function deleteOthers(
  tx: EntityManager,
  load: Load,
  { tenantId }: Replacing,
  { caller, correlationId }: Call,
): Promise<DeletedRow[]> {
  const spared = load.configurations;
  return runIn<DeletedRow>(tx, DELETE_OTHERS, [
    tenantId,
    [...load.instanceNames],
    spared.map(({ level }) => level),
    spared.map(ownerName),
    spared.map(({ instanceName }) => instanceName),
    spared.map(({ document }) => document === undefined),
    identityValues(caller),
    correlationId,
  ]);
}

async function putConfigurations(
  tx: EntityManager,
  given: readonly LoadedConfiguration[],
  names: LoadedNames,
  { caller, correlationId }: Call,
): Promise<ChangedRow[]> {
  // In the order in which every writer of several rows locks them.
  const sorted = given
    .map((configuration) => ({
      configuration,
      key: addressKey(configuration.level, ownerName(configuration), configuration.instanceName),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ configuration }) => configuration);
  const changed: ChangedRow[] = [];
  for (let start = 0; start < sorted.length; start += DOCUMENTS_A_STATEMENT) {
    const chunk = sorted.slice(start, start + DOCUMENTS_A_STATEMENT);
    changed.push(
      ...(await runIn<ChangedRow>(tx, PUT_CONFIGURATIONS, [
        chunk.map(({ level }) => level),
        chunk.map(ownerName),
        chunk.map(({ instanceName }) => instanceName),
        chunk.map(({ tenantId }) => tenantId),
        chunk.map(({ appName }) => names.applicationIds.get(appName ?? '')),
        chunk.map(({ appVersionName }) => names.versionIds.get(appVersionName ?? '')),
        chunk.map(({ document }) => document?.text),
        chunk.map(({ document }) => document?.digest),
        identityValues(caller),
        correlationId,
      ])),
    );
  }
  return changed;
}

function hasChanged({ applications, appVersions, configurations }: LoadCounts): boolean {
  const { created, updated, deleted } = configurations;
  return applications.created + appVersions.created + created + updated + deleted > 0;
}
