import { Injectable } from '@nestjs/common';
import { shownOf, type Applications } from '../auth/permissions.js';
import { etagOf } from '../configurations/configuration-view.js';
import type { Snapshot } from '../database/snapshot.js';

/** What of the cluster is asked for. */
export interface ClusterQuery {
  /** Documents of these instances. */
  instanceNames: readonly string[];
  /** The one instance that was asked for: then `config` stands in place of `configs`. */
  serviceInstanceName?: string;
  tenantId?: string;
  appNames?: readonly string[];
  /** The applications that the caller may know of. */
  readable: Applications;
  include: readonly ClusterInclude[];
  /** Whether revision and ETag stand with each document of the one instance. */
  revisions: boolean;
}

export const CLUSTER_INCLUDES = ['tenantConfigs', 'appConfigs', 'appVersionConfigs'] as const;
export type ClusterInclude = (typeof CLUSTER_INCLUDES)[number];

/** A tenant, application or version with one of its documents; the lower names are empty. */
interface ClusterRow {
  tenant_id: string;
  app_name: string;
  version_name: string;
  display_name: string | null;
  description: string | null;
  service_instance_name: string | null;
  document: string | null;
  revision: string | null;
  digest: string | null;
}

/**
 * $1: instances, $2: tenant or null, $3: names of applications or null, $4 to $6: whether to read
 * the documents of tenants, applications and versions, $7: names of readable applications, or null
 * for all.
 */
const ROWS = `
  SELECT c.tenant_id, '' COLLATE "C" AS app_name, '' COLLATE "C" AS version_name,
    NULL::text AS display_name, NULL::text AS description, c.service_instance_name, c.document,
    c.revision, c.digest
  FROM configurations c
  WHERE c.level = 'tenant' AND c.document IS NOT NULL AND $4::boolean
    AND c.service_instance_name = ANY ($1::text[])
    AND ($2::text IS NULL OR c.tenant_id = $2)
    AND ($3::text[] IS NULL OR EXISTS (
      SELECT FROM applications a WHERE a.tenant_id = c.tenant_id AND a.name = ANY ($3)
        AND ($7::text[] IS NULL OR a.name = ANY ($7))))
  UNION ALL
  SELECT a.tenant_id, a.name, '', a.display_name, a.description, c.service_instance_name,
    c.document, c.revision, c.digest
  FROM applications a LEFT JOIN configurations c
    ON c.application_id = a.id AND c.level = 'application' AND c.document IS NOT NULL
    AND c.service_instance_name = ANY ($1) AND $5::boolean
  WHERE ($2 IS NULL OR a.tenant_id = $2) AND ($3 IS NULL OR a.name = ANY ($3))
    AND ($7 IS NULL OR a.name = ANY ($7))
  UNION ALL
  SELECT a.tenant_id, a.name, v.name, v.display_name, v.description, c.service_instance_name,
    c.document, c.revision, c.digest
  FROM applications a JOIN app_versions v ON v.application_id = a.id
    LEFT JOIN configurations c
    ON c.app_version_id = v.id AND c.level = 'appversion' AND c.document IS NOT NULL
    AND c.service_instance_name = ANY ($1) AND $6::boolean
  WHERE ($2 IS NULL OR a.tenant_id = $2) AND ($3 IS NULL OR a.name = ANY ($3))
    AND ($7 IS NULL OR a.name = ANY ($7))
  ORDER BY tenant_id, app_name, version_name, service_instance_name`;

/** Writes the answer of `GET /bulk`, some rows at a time. */
@Injectable()
export class ClusterReader {
  async *read(snapshot: Snapshot, query: ClusterQuery): AsyncGenerator<string, void, void> {
    const { serviceInstanceName, include, revisions } = query;
    const writer = new ClusterWriter(serviceInstanceName !== undefined, revisions);
    yield serviceInstanceName === undefined
      ? '{"tenants":['
      : `{"serviceInstanceName":${JSON.stringify(serviceInstanceName)},"tenants":[`;
    const values = [
      query.instanceNames,
      query.tenantId ?? null,
      query.appNames ?? null,
      include.includes('tenantConfigs'),
      include.includes('appConfigs'),
      include.includes('appVersionConfigs'),
      shownOf(query.readable) ?? null,
    ];
    for await (const rows of snapshot.rows<ClusterRow>(ROWS, values, sizeOf)) {
      let text = '';
      for (const row of rows) text += writer.write(row);
      yield text;
    }
    yield `${writer.end()}]}`;
  }
}

function sizeOf({ document }: ClusterRow): number {
  return 200 + (document?.length ?? 0);
}

/** Turns sorted rows into nested JSON; an empty name stands for none. */
class ClusterWriter {
  private tenantId = '';
  private appName = '';
  private versionName = '';
  private inApplications = false;
  private inVersions = false;
  private inConfigs = false;

  constructor(
    private readonly single: boolean,
    private readonly revisions: boolean,
  ) {}

  write(row: ClusterRow): string {
    let text = '';
    if (row.tenant_id !== this.tenantId) {
      const separator = this.tenantId === '' ? '' : ',';
      text += `${this.end()}${separator}{"tenantId":${JSON.stringify(row.tenant_id)}`;
      this.tenantId = row.tenant_id;
    }
    if (row.app_name !== this.appName) {
      const start = this.inApplications ? ',' : ',"applications":[';
      text += `${this.endApplication()}${start}{${describe(row.app_name, row)}`;
      this.inApplications = true;
      this.appName = row.app_name;
    }
    if (row.version_name !== this.versionName) {
      const end = this.endVersion();
      const start = this.inVersions ? ',' : ',"appVersions":[';
      text += `${end}${start}{${describe(row.version_name, row)}`;
      this.inVersions = true;
      this.versionName = row.version_name;
    }
    return text + this.document(row);
  }

  /** Closes the tenant that is open, with all in it. */
  end(): string {
    let text = this.endApplication();
    if (this.inApplications) text += ']';
    if (this.tenantId !== '') text += '}';
    this.inApplications = false;
    return text;
  }

  private endApplication(): string {
    let text = this.endVersion();
    if (this.inVersions) text += ']';
    if (this.appName !== '') text += '}';
    this.appName = '';
    this.inVersions = false;
    return text;
  }

  private endVersion(): string {
    const text = (this.inConfigs ? '}' : '') + (this.versionName === '' ? '' : '}');
    this.versionName = '';
    this.inConfigs = false;
    return text;
  }

  private document({
    service_instance_name: instance,
    document,
    revision,
    digest,
  }: ClusterRow): string {
    if (instance === null || document === null || revision === null) return '';
    if (this.single) {
      const config = `,"config":${document}`;
      if (!this.revisions) return config;
      const etag = JSON.stringify(etagOf({ revision, digest }));
      return `${config},"configRevision":${revision},"configETag":${etag}`;
    }
    const start = this.inConfigs ? ',' : ',"configs":{';
    this.inConfigs = true;
    return `${start}${JSON.stringify(instance)}:${document}`;
  }
}

function describe(name: string, { display_name: displayName, description }: ClusterRow): string {
  const members = `"name":${JSON.stringify(name)},"displayName":${JSON.stringify(displayName)}`;
  return description === null ? members : `${members},"description":${JSON.stringify(description)}`;
}
