import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which nothing was sent yet, such as load balancers keep in store. Node.js does not
 * count them as idle, and would wait at a stop for a request on them.
 */
export class UnusedConnections {
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  close(): void {
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
