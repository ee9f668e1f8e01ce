import type { PoolClient } from 'pg';
import type { QueryRunner } from 'typeorm';
import { cutOff } from './cut-off.js';
import { isUnanswered, translate } from './database-error.js';

/** Bytes of rows that are fetched at a time; what a stream holds in memory is a few times this. */
const FETCH_BYTES = 512 * 1024;
const FIRST_FETCH_ROWS = 16;
const LAST_FETCH_ROWS = 5000;
/** At most so many times as many as before: the next rows may be larger. */
const FETCH_GROWTH = 16;

/** It locks nothing that others wait for, so it may rest as long as its reader does; it may read whole tables. */
const BEGIN = `
  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL idle_in_transaction_session_timeout = 0;
  SET LOCAL enable_seqscan = on`;

/**
 * Everything that is read through it is of one moment, however long the reading takes. It keeps a
 * connection until it is closed.
 */
export class Snapshot {
  private constructor(
    private readonly runner: QueryRunner,
    private readonly client: PoolClient,
  ) {}

  static async open(runner: QueryRunner): Promise<Snapshot> {
    try {
      const client = (await runner.connect()) as PoolClient;
      await client.query(BEGIN);
      return new Snapshot(runner, client);
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  /** @throws {TektonError} UNAVAILABLE if the database cannot be used */
  async query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.client.query<Row>(text, values)).rows;
    } catch (error) {
      if (isUnanswered(error)) cutOff(this.client);
      throw translate(error);
    }
  }

  /**
   * Reads rows a few at a time, as they are asked for; the next ones while these are worked on.
   *
   * @param sizeOf bytes of a row, by which the number of the next fetch is chosen
   */
  async *rows<Row extends object>(
    text: string,
    values: unknown[],
    sizeOf: (row: Row) => number,
  ): AsyncGenerator<Row[], void, void> {
    await this.query(`DECLARE snapshot_rows NO SCROLL CURSOR FOR ${text}`, values);
    let count = FIRST_FETCH_ROWS;
    for (let fetched = this.fetch<Row>(count); ;) {
      const rows = await fetched;
      if (rows.length < count) {
        if (rows.length > 0) yield rows;
        return;
      }
      const average = rows.reduce((sum, row) => sum + sizeOf(row), 1) / rows.length;
      const fitting = Math.floor(FETCH_BYTES / average);
      count = Math.max(1, Math.min(count * FETCH_GROWTH, fitting, LAST_FETCH_ROWS));
      fetched = this.fetch(count);
      yield rows;
    }
  }

  private fetch<Row extends object>(count: number): Promise<Row[]> {
    const fetched = this.query<Row>(`FETCH ${count} FROM snapshot_rows`, []);
    // A failure is told to whoever asks for the rows, if anybody still does.
    fetched.catch(() => undefined);
    return fetched;
  }

  async close(): Promise<void> {
    try {
      await this.client.query('ROLLBACK');
    } finally {
      await this.runner.release();
    }
  }
}
