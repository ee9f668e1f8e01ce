import { connect } from 'node:net';

/** A connection that the server does not close is given up after this. */
const PATIENCE_MS = 10_000;

/** The first answer on a connection that the server has closed. */
export interface ClosingAnswer {
  /** 0 if the connection was closed without an answer. */
  status: number;
  headers: Headers;
  body: string;
  /** How long the connection stood, in milliseconds. */
  tookMs: number;
}

export interface Drip {
  /** Sent over and over after the request. */
  bytes: string;
  everyMs: number;
}

/**
 * Sends bytes as they are on a connection of its own, and reads until the server closes it.
 *
 * @throws {Error} if the server does not
 */
export function untilClosed(url: string, request: string, drip?: Drip): Promise<ClosingAnswer> {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => {
      socket.write(request, 'latin1');
      if (drip) dripping = setInterval(() => socket.write(drip.bytes), drip.everyMs);
    });
    let dripping: NodeJS.Timeout | undefined;
    const end = () => {
      clearInterval(dripping);
      clearTimeout(patience);
      socket.destroy();
    };
    const patience = setTimeout(() => {
      end();
      reject(new Error(`The connection was not closed within ${PATIENCE_MS} ms: ${received}`));
    }, PATIENCE_MS);
    const finish = () => {
      end();
      resolve({ ...readAnswer(received), tookMs: performance.now() - startedAt });
    };
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
    // Who is cut off in the middle of sending may learn it by a reset.
    for (const event of ['end', 'error', 'close']) socket.once(event, finish);
  });
}

function readAnswer(received: string): Omit<ClosingAnswer, 'tookMs'> {
  const headEnd = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = received.slice(0, headEnd).split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const [name = '', ...value] = line.split(':');
    headers.append(name, value.join(':').trim());
  }
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? 0),
    headers,
    body: received.slice(headEnd + 4),
  };
}
