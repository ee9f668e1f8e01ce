import pg from 'pg';

/**
 * Makes a database.
 * @param serverUrl of any database of the server
 * @returns its URL
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** As `PostgreSQL 18.4`. */
export async function postgresVersion(serverUrl: string): Promise<string> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    return `PostgreSQL ${rows[0]?.version ?? 'unknown'}`;
  } finally {
    await client.end();
  }
}
