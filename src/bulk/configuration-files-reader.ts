import { Injectable } from '@nestjs/common';
import type { Snapshot } from '../database/snapshot.js';

/** An application or, if `version_name` is not empty, a version, under an instance. */
interface FileRow {
  instance: string;
  app_name: string;
  version_name: string;
  document: string | null;
}

/**
 * For the tenant $1 and the instances $2: each application that has a configuration for the
 * instance, itself or in a version, with all its versions.
 */
const ROWS = `
  WITH shown AS (
    SELECT DISTINCT c.service_instance_name AS instance, a.id, a.name
    FROM applications a JOIN configurations c ON c.application_id = a.id
    WHERE a.tenant_id = $1 AND c.document IS NOT NULL
      AND c.service_instance_name = ANY ($2::text[])
  )
  SELECT s.instance, s.name AS app_name, '' COLLATE "C" AS version_name, c.document
  FROM shown s LEFT JOIN configurations c
    ON c.level = 'application' AND c.owner_name = s.name
    AND c.service_instance_name = s.instance
  UNION ALL
  SELECT s.instance, s.name, v.name, c.document
  FROM shown s JOIN app_versions v ON v.application_id = s.id
    LEFT JOIN configurations c
    ON c.level = 'appversion' AND c.owner_name = v.name AND c.service_instance_name = s.instance
  ORDER BY instance, app_name, version_name`;

/** Writes the answer of `GET /app-configs`, in the form that `POST /app-configs` takes. */
@Injectable()
export class ConfigurationFilesReader {
  async *read(
    snapshot: Snapshot,
    tenantId: string,
    instanceNames: readonly string[],
  ): AsyncGenerator<string, void, void> {
    const writer = new ConfigurationFilesWriter();
    yield '{';
    for await (const rows of snapshot.rows<FileRow>(ROWS, [tenantId, instanceNames], sizeOf)) {
      let text = '';
      for (const row of rows) text += writer.write(row);
      yield text;
    }
    yield `${writer.end()}}`;
  }
}

function sizeOf({ document }: FileRow): number {
  return 200 + (document?.length ?? 0);
}

/** Turns sorted rows into nested JSON; an empty name stands for none. */
class ConfigurationFilesWriter {
  private instance = '';
  private appName = '';
  private inVersions = false;
  /** Whether the application that is open has a member already. */
  private hasMembers = false;

  write({ instance, app_name: appName, version_name: versionName, document }: FileRow): string {
    let text = '';
    if (instance !== this.instance) {
      const separator = this.instance === '' ? '' : ',';
      text += `${this.end()}${separator}${JSON.stringify(instance)}:{"kaa":{"applications":{`;
      this.instance = instance;
    }
    // An application's own row comes before those of its versions.
    if (versionName === '') {
      const separator = this.appName === '' ? '' : ',';
      // Left open, for the versions.
      const members = (document ?? '{}').slice(1, -1);
      text += `${this.endApplication()}${separator}${JSON.stringify(appName)}:{${members}`;
      this.appName = appName;
      this.hasMembers = members !== '';
      return text;
    }
    const start = this.inVersions ? ',' : `${this.hasMembers ? ',' : ''}"versions":{`;
    this.inVersions = true;
    return `${text}${start}${JSON.stringify(versionName)}:${document ?? '{}'}`;
  }

  /** Closes the instance that is open, with all in it. */
  end(): string {
    const text = this.endApplication() + (this.instance === '' ? '' : '}}}');
    this.appName = '';
    return text;
  }

  private endApplication(): string {
    const text = (this.inVersions ? '}' : '') + (this.appName === '' ? '' : '}');
    this.inVersions = false;
    return text;
  }
}
