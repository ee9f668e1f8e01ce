import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in place of Tekton; false: Tekton is to answer. */
export type Fault = (asked: URL, response: ServerResponse) => boolean;

/** What may stand between a service and Tekton: it passes requests on, unless it is told otherwise. */
export class FaultyProxy {
  fault: Fault = () => false;
  /** What was asked, oldest first. */
  readonly asked: URL[] = [];
  private readonly server = createServer((from, to) => {
    this.serve(from, to);
  });

  private constructor(private readonly target: string) {}

  /** @param target the URL of Tekton */
  static async start(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private serve(from: IncomingMessage, to: ServerResponse): void {
    const asked = new URL(from.url ?? '/', this.target);
    this.asked.push(asked);
    if (this.fault(asked, to)) return;
    const passed = request(asked, { method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    passed.on('error', () => to.destroy());
    to.on('close', () => passed.destroy());
    from.pipe(passed);
  }
}
