import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestTekton } from '../support/test-tekton.js';

/** A connection to the REST API, until the end of the test. */
export function openSocket(
  { rest }: Pick<TestTekton, 'rest'>,
  options: Partial<TcpNetConnectOpts> = {},
): Socket {
  const { hostname, port } = new URL(rest.baseUrl);
  const socket = connect({ ...options, host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A request without a body, as it is on the wire. */
export function requestOf(path: string, method = 'GET'): string {
  return `${method} /api/v1${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
}

/** The value of a metric, by its name and labels. */
export async function metric({ management }: TestTekton, line: string): Promise<number> {
  const { text } = await management.get('/metrics');
  const value = text.split('\n').find((one) => one.startsWith(`${line} `));
  return Number(value?.slice(line.length) ?? 0);
}

/** All that comes on a connection. */
export class Received {
  length = 0;
  private readonly chunks: Buffer[] = [];

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.length += chunk.length;
      this.chunks.push(chunk);
    });
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  /** Of each answer; none may have a body that looks like one. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }
}
