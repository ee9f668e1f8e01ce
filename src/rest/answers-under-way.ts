import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { whenGone } from './when-gone.js';

/**
 * Counts what is being answered. At a stop Node.js itself waits for connections on which nothing was
 * ever sent, and takes one for idle whose answer is not all sent yet.
 */
export class AnswersUnderWay {
  private count = 0;

  constructor(private readonly server: Server) {
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.count++;
      whenGone(response, socket, () => this.count--);
    });
    // Node.js calls it when the server is closed, and would cut off what is not all sent.
    server.closeIdleConnections = () => {
      this.closeIfNone();
    };
  }

  /** Closes all connections, unless something is being answered. */
  closeIfNone(): void {
    if (this.count === 0) this.server.closeAllConnections();
  }
}
