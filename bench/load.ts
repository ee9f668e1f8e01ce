import autocannon from 'autocannon';
import type { BenchRequest, System } from './systems/system.js';

/** Keep-alive connections of every load. */
export const CONNECTIONS = 32;

/** What {@link answersPerSecond} needs. */
export interface Load {
  system: System;
  seconds: number;
  /** What a connection sends, over and over. */
  requestsOf: (connection: number) => readonly BenchRequest[];
  /** That each answer must have. */
  status: number;
}

/**
 * Sends requests as fast as they are answered.
 * @returns answers a second
 * @throws Error if one is not as it should be
 */
export async function answersPerSecond(load: Load): Promise<number> {
  const { system, seconds, requestsOf, status } = load;
  let connection = 0;
  const result = await autocannon({
    url: system.origin,
    connections: CONNECTIONS,
    duration: seconds,
    timeout: 10,
    setupClient: (client) => {
      client.setRequests(requestsOf(connection++).map((request) => ({ ...request })));
    },
  });
  const statuses = result.statusCodeStats ?? {};
  const right = statuses[`${status}`]?.count ?? 0;
  const all = Object.values(statuses).reduce((sum, { count = 0 }) => sum + count, 0);
  if (right !== all || result.errors > 0 || right === 0) {
    throw new Error(
      `${system.name} answered ${JSON.stringify(statuses)}, not only ${status}; ${result.errors} errors`,
    );
  }
  return right / result.duration;
}
