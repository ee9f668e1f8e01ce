import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LocalError, messageOf } from './local-error.js';

/** Where a server of our own answers. */
export interface ServerAddress {
  port: number;
  user: string;
  password: string;
}

/**
 * Waits until the server takes connections.
 * @param stillRunning asked between attempts
 * @param timeout in milliseconds
 * @returns false if the server ended instead
 * @throws LocalError when the time is up, or if it refuses us; the signal's reason if that came
 */
export async function waitUntilAnswering(
  address: ServerAddress,
  stillRunning: () => boolean,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = Date.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await withClient(address, () => Promise.resolve());
      return true;
    } catch (error) {
      if (!stillRunning()) return false;
      if (!isNotReady(error) || Date.now() > deadline) {
        throw new LocalError(`The embedded PostgreSQL does not answer: ${messageOf(error)}`);
      }
    }
    await sleep(25);
  }
}

/** Creates the database if there is none of that name. */
export async function requireDatabase(address: ServerAddress, name: string): Promise<void> {
  await withClient(address, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  });
}

async function withClient(
  address: ServerAddress,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    database: 'postgres',
    connectionTimeoutMillis: 5000,
    ...address,
  });
  // A connection that breaks while idle; what was asked for fails by itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end();
  }
}

function isNotReady(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  // 57P03: it is starting, recovering, or stopping.
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03') return true;
  return messageOf(error).startsWith('Connection terminated');
}
