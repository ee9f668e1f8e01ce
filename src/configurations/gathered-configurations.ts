import type { Database } from '../database/database.js';
import { GatheredStatement } from '../database/gathered-statement.js';
import type { Outbox } from '../outbox/outbox.js';
import type { ConfigurationStatements, FoundRow, StoredRow } from './configuration-statements.js';

/** What most calls do, of one level: they share round trips to the database. */
export class GatheredConfigurations {
  /** Finds what stands at an address, by the values of that; nothing if there is no such owner. */
  readonly find: GatheredStatement<FoundRow>;
  /**
   * Puts a document, with history and notification: by the values of an address, then text and
   * digest, subject, client and tenant of the caller, and the correlation ID. Nothing if it stands
   * there already; or if something else is to be done than to replace what stands, or another
   * transaction is at it, while there are many calls.
   */
  readonly put: GatheredStatement<StoredRow>;

  constructor(database: Database, outbox: Outbox, statements: ConfigurationStatements) {
    this.find = new GatheredStatement<FoundRow>({
      run: (columns) => database.run(statements.findEach, columns),
      runAlone: async ([appName, appVersionName, tenantId, instance]) => {
        const values = [appName, appVersionName, tenantId, [instance]];
        const [row] = await database.run<FoundRow>(statements.find, values);
        return row;
      },
    });
    this.put = new GatheredStatement<StoredRow>({
      run: (columns) => outbox.run(statements.replaceEach, columns),
      runAlone: async ([appName, appVersionName, tenantId, instance, text, digest, ...call]) => {
        const [subject, client, callerTenant, correlationId] = call;
        const [row] = await outbox.runPlacing<StoredRow>(statements.put, (right) => [
          ...[appName, appVersionName, tenantId, [instance], [text], [digest], null],
          ...[[subject, client, callerTenant], correlationId, null],
          ...[right.epoch, right.knownPosition],
        ]);
        return row;
      },
      // One statement changes a row only once.
      keyOf: ([appName, appVersionName, tenantId, instance]) =>
        JSON.stringify([appVersionName ?? appName ?? tenantId, instance]),
    });
  }
}
