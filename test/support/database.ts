import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A migrated, empty database that others are copied from. */
export const TEMPLATE_DATABASE = 'tekton_template';

export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Runs `work` on a connection of its own. */
export async function withDatabase<Result>(
  url: string,
  database: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl(url, database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates a database of a test's own: migrated, or really empty. */
export async function createDatabase(url: string, { migrated = true } = {}): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = migrated ? TEMPLATE_DATABASE : 'template0';
  await withDatabase(url, 'postgres', (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`),
  );
  return databaseUrl(url, name);
}
