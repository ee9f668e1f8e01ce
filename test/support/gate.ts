import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be shut, so that whoever goes through it finds the server away. */
export class Gate {
  readonly port: number;
  private isOpen = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (socket) => {
      this.pass(socket);
    });
  }

  /** A gate that is shut at first. */
  static async before(targetPort: number): Promise<Gate> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Gate(server, targetPort);
  }

  open(): void {
    this.isOpen = true;
  }

  /** Cuts all connections, and lets no new one through. */
  shut(): void {
    this.isOpen = false;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): void {
    this.shut();
    this.server.close();
  }

  private pass(socket: Socket): void {
    if (!this.isOpen) {
      socket.destroy();
      return;
    }
    const target = connect(this.targetPort, '127.0.0.1');
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.once('close', () => to.destroy());
      from.pipe(to);
    }
  }
}
