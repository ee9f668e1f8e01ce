import type { EntityManager } from 'typeorm';
import { relaxedName } from '../applications/names.js';
import { runIn, type Statement } from '../database/database.js';
import type { Load, LoadedTexts } from './load.js';
import type { ChangedThing } from './load-messages.js';
import {
  CREATE_APPLICATIONS,
  CREATE_VERSIONS,
  DESCRIBE_APPLICATIONS,
  DESCRIBE_VERSIONS,
  FIND_APPLICATIONS,
  FIND_VERSIONS,
  TOUCH_APPLICATIONS,
} from './load-statements.js';

/** The applications and versions of a load, as they are in the database now. */
export interface LoadedNames {
  applicationIds: ReadonlyMap<string, string>;
  versionIds: ReadonlyMap<string, string>;
  applicationsCreated: number;
  versionsCreated: number;
  /** What was created or given other texts. */
  listChanges: readonly ChangedThing[];
}

interface NameRow {
  id: string;
  name: string;
  display_name: string;
  description: string | null;
}

type ApplicationRow = NameRow & { tenant_id: string };
type VersionRow = NameRow & { application_id: string };

const TAKEN =
  'the name is taken, or is equal to a taken one when - and _ are removed, which Java services cannot tell apart';

/**
 * Creates the applications and versions of a load that are missing, and gives the others their
 * texts. What cannot be is added to the load's faults.
 */
export async function loadNames(tx: EntityManager, load: Load): Promise<LoadedNames> {
  const applications = [...load.applications.values()];
  const createdApplications = await create(
    tx,
    FIND_APPLICATIONS,
    CREATE_APPLICATIONS,
    applications,
    ({ tenantId }) => tenantId,
  );
  const applicationRows = await findByName<ApplicationRow>(tx, FIND_APPLICATIONS, applications);
  const applicationIds = idsOf(applicationRows);
  for (const { name, tenantId, pointer } of applications) {
    const row = applicationRows.get(name);
    // Says nothing of whose it is.
    if (row?.tenant_id !== tenantId) load.faults.push({ path: pointer, message: TAKEN });
  }
  if (load.faults.length > 0) return nothing(applicationIds);

  const versions = [...load.versions.values()];
  const createdVersions = await create(
    tx,
    FIND_VERSIONS,
    CREATE_VERSIONS,
    versions,
    ({ appName }) => applicationIds.get(appName),
  );
  const versionRows = await findByName<VersionRow>(tx, FIND_VERSIONS, versions);
  for (const { name, appName, pointer } of versions) {
    const row = versionRows.get(name);
    if (row?.application_id !== applicationIds.get(appName)) {
      load.faults.push({ path: pointer, message: TAKEN });
    }
  }
  if (load.faults.length > 0) return nothing(applicationIds);
  const described = [
    ...(await describe(tx, DESCRIBE_APPLICATIONS, applications, applicationRows)),
    ...(await describe(tx, DESCRIBE_VERSIONS, versions, versionRows)),
  ];
  const grown = versions.filter(({ name }) => createdVersions.has(name));
  await runIn(tx, TOUCH_APPLICATIONS, [grown.map(({ appName }) => applicationIds.get(appName))]);

  const changed = new Set([...createdApplications, ...createdVersions, ...described]);
  return {
    applicationIds,
    versionIds: idsOf(versionRows),
    applicationsCreated: createdApplications.size,
    versionsCreated: createdVersions.size,
    listChanges: [
      ...applications
        .filter(({ name }) => changed.has(name))
        .map(({ tenantId, name }) => ({ tenantId, appName: name })),
      ...versions
        .filter(({ name }) => changed.has(name))
        .map(({ appName, name }) => ({
          tenantId: load.applications.get(appName)?.tenantId ?? '',
          appName,
          appVersionName: name,
        })),
    ],
  };
}

async function create<Given extends LoadedTexts & { name: string }>(
  tx: EntityManager,
  find: Statement,
  insert: Statement,
  given: readonly Given[],
  ownerOf: (thing: Given) => string | undefined,
): Promise<Set<string>> {
  const standing = await findByName(tx, find, given);
  const missing = given.filter(({ name }) => !standing.has(name));
  if (missing.length === 0) return new Set();
  const rows = await runIn<{ name: string }>(tx, insert, [
    missing.map(ownerOf),
    missing.map(({ name }) => name),
    missing.map(({ name }) => relaxedName(name)),
    missing.map(({ name, displayName }) => displayName ?? name),
    missing.map(({ description }) => description),
  ]);
  return new Set(rows.map(({ name }) => name));
}

/** Gives texts that differ from what stands; texts that are not given stay. */
async function describe(
  tx: EntityManager,
  statement: Statement,
  given: readonly (LoadedTexts & { name: string })[],
  rows: ReadonlyMap<string, NameRow>,
): Promise<string[]> {
  const changes = given.flatMap(({ name, displayName, description }) => {
    const row = rows.get(name);
    if (!row) return [];
    const texts = {
      displayName: displayName ?? row.display_name,
      description: description === undefined ? row.description : description,
    };
    const same = texts.displayName === row.display_name && texts.description === row.description;
    return same ? [] : [{ id: row.id, name, ...texts }];
  });
  if (changes.length > 0) {
    await runIn(tx, statement, [
      changes.map(({ id }) => id),
      changes.map(({ displayName }) => displayName),
      changes.map(({ description }) => description),
    ]);
  }
  return changes.map(({ name }) => name);
}

async function findByName<Row extends NameRow>(
  tx: EntityManager,
  find: Statement,
  given: readonly { name: string }[],
): Promise<Map<string, Row>> {
  const rows = await runIn<Row>(tx, find, [given.map(({ name }) => name)]);
  return new Map(rows.map((row) => [row.name, row]));
}

function idsOf(rows: ReadonlyMap<string, NameRow>): Map<string, string> {
  return new Map([...rows.values()].map(({ id, name }) => [name, id]));
}

function nothing(applicationIds: ReadonlyMap<string, string>): LoadedNames {
  return {
    applicationIds,
    versionIds: new Map(),
    applicationsCreated: 0,
    versionsCreated: 0,
    listChanges: [],
  };
}
