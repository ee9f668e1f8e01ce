import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Passage, type Held } from './passage.js';

/**
 * A way to a server that can be shut, so that whoever goes through it finds the server away, or be
 * silent, so that there is somebody who takes all and gives nothing.
 */
export class Gate {
  readonly port: number;
  private isOpen = false;
  private held: Held = 'nothing';
  private readonly passages = new Set<Passage>();

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

  /** Lets everything through, also what was held back. */
  open(): void {
    this.isOpen = true;
    this.hold('nothing');
  }

  /** Keeps all connections and takes new ones, and holds back all that they carry, or all answers. */
  hold(held: Held): void {
    this.held = held;
    for (const passage of this.passages) passage.hold(held);
  }

  /** Holds back all that is carried by the one connection that the target sees come from this port. */
  holdOne(portAtTarget: number): void {
    for (const passage of this.passages) {
      if (passage.portAtTarget === portAtTarget) passage.hold('everything');
    }
  }

  /** Cuts all connections, and lets no new one through. */
  shut(): void {
    this.isOpen = false;
    for (const passage of this.passages) passage.cut();
    this.passages.clear();
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
    const passage = new Passage(socket, target);
    this.passages.add(passage);
    passage.hold(this.held);
    // As long as either end is there, it may still have to be told that the other is not.
    const forget = () => {
      if (socket.destroyed && target.destroyed) this.passages.delete(passage);
    };
    socket.once('close', forget);
    target.once('close', forget);
  }
}
