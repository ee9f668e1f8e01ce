import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A way to PostgreSQL that counts what is asked through it, statement by statement: whatever else
 * could be measured is also made by who measures, or comes late.
 */
export class WatchedDatabase {
  /** How often each statement was run, by its name, or its text if it has none. */
  readonly counts = new Map<string, number>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => {
      this.pass(socket);
    });
  }

  static async before(databaseUrl: string): Promise<WatchedDatabase> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WatchedDatabase(server, new URL(databaseUrl));
  }

  /** Of the database by this way. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as { port: number }).port);
    return url.href;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private pass(socket: Socket): void {
    const target = connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    const frontend = new FrontendMessages((statement) => {
      this.counts.set(statement, (this.counts.get(statement) ?? 0) + 1);
    });
    socket.on('data', (chunk: Buffer) => {
      frontend.read(chunk);
    });
  }
}

const BIND = 'B';
const QUERY = 'Q';
const PARSE = 'P';

/** Reads what a client sends: PostgreSQL 18, section 54.7 "Message Formats". */
class FrontendMessages {
  private rest = Buffer.alloc(0);
  private isStarted = false;
  private unnamed = '';

  constructor(private readonly onRun: (statement: string) => void) {}

  read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      // The first message has no type.
      const lengthAt = this.isStarted ? 1 : 0;
      if (this.rest.length < lengthAt + 4) return;
      const end = lengthAt + this.rest.readInt32BE(lengthAt);
      if (this.rest.length < end) return;
      const type = this.isStarted ? this.rest.toString('latin1', 0, 1) : '';
      this.take(type, this.rest.subarray(lengthAt + 4, end).toString('latin1'));
      this.rest = this.rest.subarray(end);
      this.isStarted = true;
    }
  }

  private take(type: string, content: string): void {
    const [first = '', second = ''] = content.split('\0');
    if (type === PARSE && first === '') this.unnamed = second;
    // The portal, then the statement.
    else if (type === BIND) this.onRun(second === '' ? this.unnamed : second);
    else if (type === QUERY) this.onRun(first);
  }
}
