import type { ClientConfig } from 'pg';
import { driverTls, type DatabaseTls } from './database-tls.js';

/** How a connection to PostgreSQL is made, and when it is given up. */
export interface ConnectionSettings {
  url: string;
  tls?: DatabaseTls;
  /** Which Tekton it is, for those who watch the server. */
  applicationName: string;
  connectTimeoutMs: number;
  /** Time that one statement may take; none for migrations. */
  queryTimeoutMs?: number;
  /** Time that one statement may wait for a lock, for those that keep others waiting meanwhile. */
  lockTimeoutMs?: number;
  /**
   * Time after which the server gives up a connection on which it hears nothing of us, and so sets
   * free what it has locked; without, that is the server's own business.
   */
  silenceTimeoutMs?: number;
}

/** The server gives up first, so that a connection is not lost for a slow statement. */
const SERVER_FIRST_MS = 1000;

/**
 * A statement that is planned while a table is nearly empty, as the outbox is at first, would read all of it
 * ever after: a burst of changes is there before anybody counts its rows. Each statement has its index;
 * whoever wants whole tables says so. To compile what takes a fraction of a millisecond takes longer.
 */
const PLANNING = ['-c enable_seqscan=off', '-c jit=off'];

/** What the driver is told of a connection. */
export function driverSettings(settings: ConnectionSettings): ClientConfig {
  const { tls, applicationName, connectTimeoutMs, queryTimeoutMs, silenceTimeoutMs } = settings;
  const { lockTimeoutMs } = settings;
  const ssl = driverTls(tls ?? {});
  return {
    connectionString: addressOf(settings),
    ...(ssl !== undefined && { ssl }),
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(lockTimeoutMs !== undefined && { lock_timeout: lockTimeoutMs }),
    ...(queryTimeoutMs !== undefined && {
      statement_timeout: queryTimeoutMs,
      query_timeout: queryTimeoutMs + SERVER_FIRST_MS,
    }),
    ...(silenceTimeoutMs !== undefined && {
      keepAliveInitialDelayMillis: silenceTimeoutMs,
      idle_in_transaction_session_timeout: silenceTimeoutMs,
    }),
  };
}

/** The URL with what else the server is told; what the URL itself says of it counts. */
function addressOf({ url, silenceTimeoutMs }: ConnectionSettings): string {
  if (silenceTimeoutMs === undefined) return url;
  const address = new URL(url);
  const seconds = Math.ceil(silenceTimeoutMs / 1000);
  const options = [
    // What is sent and not taken: else the server waits for a reader that is gone, with its locks.
    `-c tcp_user_timeout=${silenceTimeoutMs}`,
    // Nothing is sent either way.
    `-c tcp_keepalives_idle=${seconds}`,
    `-c tcp_keepalives_interval=${seconds}`,
    ...PLANNING,
    address.searchParams.get('options'),
  ];
  address.searchParams.set('options', options.filter((option) => option !== null).join(' '));
  return address.href;
}
