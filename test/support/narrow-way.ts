import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const TURN_MS = 50;

/** A way to a server that carries what is sent to it slowly, and its answers as they come. */
export class NarrowWay {
  private constructor(private readonly server: Server) {}

  static async to(targetPort: number, bytesPerSecond: number): Promise<NarrowWay> {
    const server = createServer((socket) => {
      const target = connect(targetPort, '127.0.0.1');
      for (const end of [socket, target]) end.on('error', () => undefined);
      socket.once('close', () => target.destroy());
      target.once('close', () => socket.destroy());
      socket.pipe(new Throttle((bytesPerSecond * TURN_MS) / 1000)).pipe(target);
      target.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new NarrowWay(server);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  close(): void {
    this.server.close();
  }
}

class Throttle extends Transform {
  constructor(private readonly bytesATurn: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    void this.letThrough(chunk).then(() => {
      done();
    });
  }

  private async letThrough(chunk: Buffer): Promise<void> {
    for (let start = 0; start < chunk.length; start += this.bytesATurn) {
      this.push(chunk.subarray(start, start + this.bytesATurn));
      await sleep(TURN_MS);
    }
  }
}
