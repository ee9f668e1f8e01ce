import type { Pool, PoolClient } from 'pg';

/** What the driver does not declare. */
interface Inside {
  readonly connection: { readonly stream: { destroy(): void } };
  /** Whether the server has answered all that it was asked. */
  readonly readyForQuery: boolean;
}

/**
 * Closes a connection without a word, for one on which the server does not answer: whatever else is
 * asked there only waits behind what was asked before. The pool then opens another in its place.
 */
export function cutOff(client: PoolClient): void {
  (client as PoolClient & Inside).connection.stream.destroy();
  // That it is closed is noticed in a turn to come; until then the pool would take it for an idle one.
  void client.end();
}

/** Has a pool give nobody a connection on which the server still owes an answer. */
export function dropUnanswered(pool: Pool): void {
  pool.on('release', (_error, client) => {
    // It closes the connection, since there is a query under way, and the pool then forgets it.
    if (!(client as PoolClient & Inside).readyForQuery) void client.end();
  });
}
