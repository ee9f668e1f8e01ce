import pg from 'pg';
import type { Logger } from '../logging/logger.js';
import { driverSettings, type ConnectionSettings } from './driver-settings.js';
import { SteadyClient } from './steady-client.js';

const POOL_SIZE = 2;

/** Of connections that callers of the API cannot take away: for the relay, signals and health. */
export interface ApartSettings extends ConnectionSettings {
  /** Time within which a statement must be answered. */
  apartTimeoutMs: number;
  /** `silenceTimeoutMs` of these connections. */
  apartSilenceTimeoutMs: number;
}

export function createApartPool(settings: ApartSettings, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    ...apartDriverSettings(settings),
    Client: SteadyClient,
    max: POOL_SIZE,
  });
  pool.on('error', (error) => {
    logger.warn({ err: error }, 'An idle connection to the database was lost');
  });
  return pool;
}

/** Opens one outside the pool, for what only a connection can keep; the caller ends it. */
export async function openApart(settings: ApartSettings): Promise<pg.Client> {
  const client = new SteadyClient(apartDriverSettings(settings));
  await client.connect();
  return client;
}

/** Opens one for work that may take as long as it takes; the caller ends it. */
export async function openUntimed(settings: ConnectionSettings): Promise<pg.Client> {
  const { queryTimeoutMs: _, ...untimed } = settings;
  const client = new SteadyClient(driverSettings(untimed));
  await client.connect();
  return client;
}

function apartDriverSettings(settings: ApartSettings): pg.ClientConfig {
  const { apartTimeoutMs, apartSilenceTimeoutMs } = settings;
  return {
    ...driverSettings({ ...settings, silenceTimeoutMs: apartSilenceTimeoutMs }),
    // What the server does of it all the same is found by the next to look.
    query_timeout: apartTimeoutMs,
  };
}
