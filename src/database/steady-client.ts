import pg from 'pg';

/**
 * A connection whose end never ends the process. Node.js ends it for an error that nobody listens
 * to, and the server may say that it ends a connection in the same breath in which it has opened it:
 * before whoever asked for the connection can listen. Whoever uses it learns of its end all the same,
 * from the statement under way or from the next.
 */
export class SteadyClient extends pg.Client {
  constructor(settings?: string | pg.ClientConfig) {
    super(settings);
    this.on('error', () => undefined);
  }
}
