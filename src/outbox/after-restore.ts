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

/**
 * Has a database that was restored from a backup go on as one: no position is given again that was
 * given after the backup, whoever asks for what came after an earlier one is told to read everything
 * (410), and so is every instance by a message. May be done again, and while Tekton runs.
 *
 * @returns the position from which it goes on
 */
export async function goOnAfterRestore(client: Client): Promise<string> {
  await client.query('BEGIN');
  // Whoever places entries waits, or is waited for.
  await client.query('SELECT FROM relay_lease FOR UPDATE');
  await client.query(PLACE_AGAIN);
  const { rows } = await client.query<{ position: string }>(PASS_OVER);
  await client.query(ASK_TO_READ);
  await client.query('COMMIT');
  if (!rows[0]) throw new Error('relay_lease has no row: this is not a whole backup of Tekton');
  return rows[0].position;
}
