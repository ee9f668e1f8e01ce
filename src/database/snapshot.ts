import type { PoolClient } from 'pg';
import type { QueryRunner } from 'typeorm';
import { cutOff } from './cut-off.js';
import { isUnanswered, translate } from './database-error.js';

/** Bytes of rows that are fetched at a time; what a stream holds in memory is a few times this. */
const FETCH_BYTES = 256 * 1024;
const FIRST_FETCH_ROWS = 16;
const LAST_FETCH_ROWS = 5000;

/** It locks nothing that others wait for, so it may rest as long as its reader does. */
const BEGIN = `
  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

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
   * Reads rows a few at a time, as they are asked for.
   *
   * @param sizeOf bytes of a row, by which the number of the next fetch is chosen
   */
  async *rows<Row extends object>(
    text: string,
    values: unknown[],
    sizeOf: (row: Row) => number,
  ): AsyncGenerator<Row[], void, void> {
    await this.query(`DECLARE snapshot_rows NO SCROLL CURSOR FOR ${text}`, values);
    for (let count = FIRST_FETCH_ROWS; ;) {
      const rows = await this.query<Row>(`FETCH ${count} FROM snapshot_rows`, []);
      if (rows.length === 0) return;
      yield rows;
      const average = rows.reduce((sum, row) => sum + sizeOf(row), 1) / rows.length;
      // At most four times as many: the next rows may be larger.
      const fitting = Math.min(count * 4, Math.floor(FETCH_BYTES / average), LAST_FETCH_ROWS);
      count = Math.max(1, fitting);
    }
  }

  async close(): Promise<void> {
    try {
      await this.client.query('ROLLBACK');
    } finally {
      await this.runner.release();
    }
  }
}
