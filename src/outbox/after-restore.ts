import type { Client } from 'pg';

/**
 * How many positions are passed over: more than can have been given since any backup, few enough for
 * millions of restores before a position cannot be told exactly any more (2^53).
 */
const POSITIONS_PASSED_OVER = 1_000_000_000;

const PASS_OVER = `
  UPDATE relay_lease SET
    last_position = last_position + ${POSITIONS_PASSED_OVER},
    sent_position = last_position + ${POSITIONS_PASSED_OVER},
    pruned_position = last_position + ${POSITIONS_PASSED_OVER}
  RETURNING last_position AS position`;

/** What was placed and is not known to be sent gets a new position, in the same order. */
const PLACE_AGAIN = `
  UPDATE outbox SET position = NULL
  WHERE position > (SELECT sent_position FROM relay_lease)`;

/** To every instance: read everything again. */
const ASK_TO_READ = `
  INSERT INTO outbox (message_id, operation, correlation_id)
  VALUES (gen_random_uuid(), 'upsert', gen_random_uuid()::text)`;

/** SQLSTATE 42703. */
const UNDEFINED_COLUMN = '42703';

/** The database is not one that can go on; it is left as it is. */
export class NotRestoredError extends Error {
  override readonly name = 'NotRestoredError';
  /** What the process ends with. */
  readonly exitCode = 1;
}

/**
 * Has a database that was restored from a backup go on as one: no position is given again that was
 * given after the backup, whoever asks for what came after an earlier one is told to read everything
 * (410), and so is every instance by a message. May be done again, and while Tekton runs.
 *
 * @returns the position from which it goes on
 * @throws {NotRestoredError} if the database is not one of Tekton, or not all of one
 */
export async function goOnAfterRestore(client: Client): Promise<string> {
  await client.query('BEGIN');
  try {
    await lockLease(client);
    await client.query(PLACE_AGAIN);
    const { rows } = await client.query<{ position: string }>(PASS_OVER);
    await client.query(ASK_TO_READ);
    await client.query('COMMIT');
    return rows[0]?.position ?? '';
  } catch (error) {
    // What cannot be undone any more ends with the connection.
    await client.query('ROLLBACK').catch(() => undefined);
    if ((error as { code?: string }).code !== UNDEFINED_COLUMN) throw error;
    throw new NotRestoredError(
      'The backup is of an earlier version of Tekton: run the migrations on it first (npm run migrate), then this again.',
      { cause: error },
    );
  }
}

/** Whoever places entries waits, or is waited for. */
async function lockLease(client: Client): Promise<void> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('relay_lease') IS NOT NULL AS "isThere"`,
  );
  if (!rows[0]?.isThere) {
    throw new NotRestoredError(
      'There is no Tekton in this database: does DATABASE_URL name the one that was restored?',
    );
  }
  const { rowCount } = await client.query('SELECT FROM relay_lease FOR UPDATE');
  if (rowCount === 0) {
    throw new NotRestoredError(
      'The table relay_lease has no row, so this is not the whole of a Tekton: restore the whole backup, into an empty database.',
    );
  }
}
