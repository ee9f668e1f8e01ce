import { Injectable } from '@nestjs/common';
import { MIGRATIONS } from '../database/data-source.js';
import { Database, type Statement } from '../database/database.js';
import { Backlog, type BacklogSize } from '../scmp/backlog.js';
import { SharedQuestion } from './shared-question.js';

const MIGRATION_NAMES = MIGRATIONS.map(({ name }) => name);

/** Which of the migrations with these names the database lacks. */
const MISSING_MIGRATIONS: Statement = {
  name: 'missing_migrations',
  text: `
    SELECT name FROM unnest($1::text[]) AS known (name)
    WHERE name NOT IN (SELECT name FROM migrations)`,
};

/**
 * What the management interface asks the database. However many look at it at a time, each thing is
 * asked once, and nobody waits longer than told: the database may be away, or silent.
 */
@Injectable()
export class DatabaseVitals {
  private readonly migrations: SharedQuestion<string[]>;
  private readonly unsent: SharedQuestion<BacklogSize>;

  constructor(
    private readonly database: Database,
    backlog: Backlog,
  ) {
    this.migrations = new SharedQuestion(async () => {
      const values = [MIGRATION_NAMES];
      const rows = await database.runApart<{ name: string }>(MISSING_MIGRATIONS, values);
      return rows.map(({ name }) => name);
    });
    this.unsent = new SharedQuestion(() => backlog.measure());
  }

  /** Why the database cannot be used; `undefined` once it was reached and brought up to date. */
  get unreadyReason(): string | undefined {
    return this.database.unreadyReason;
  }

  /**
   * The migrations that the database lacks, as one does that was restored from before them.
   *
   * @throws {SilenceError} or what the database says
   */
  missingMigrations(patienceMs: number): Promise<string[]> {
    return this.migrations.answer(patienceMs);
  }

  /**
   * What NATS has not confirmed yet.
   *
   * @throws {SilenceError} or what `Backlog` does
   */
  backlog(patienceMs: number): Promise<BacklogSize> {
    return this.unsent.answer(patienceMs);
  }
}
