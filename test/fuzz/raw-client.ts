import { connect } from 'node:net';
import { toBytes, type RawRequest } from './raw-request.js';

/** A request that is neither answered nor closed for so long hangs. */
const PATIENCE_MS = 10_000;

export interface RawAnswer {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** All that came back on a connection until it was closed. */
export interface Outcome {
  answers: readonly RawAnswer[];
  /** Why what came is not HTTP, or did not end. */
  fault?: string;
}

/** Sends a request on a connection of its own, without an HTTP client that would mend it. */
export function send(port: number, request: RawRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const finish = (fault?: string) => {
      clearTimeout(timer);
      socket.destroy();
      const outcome = readAnswers(Buffer.concat(received), request.method === 'HEAD');
      resolve(fault === undefined ? outcome : { ...outcome, fault });
    };
    const timer = setTimeout(() => {
      finish(`neither answered nor closed within ${PATIENCE_MS} ms`);
    }, PATIENCE_MS);
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    // A server that refuses a body need not take the rest of it: writing to it fails then.
    socket.on('error', () => {
      finish();
    });
    socket.on('end', () => {
      finish();
    });
    socket.on('close', () => {
      finish();
    });
    socket.write(toBytes(request), () => {
      if (request.ending === 'close its side') socket.end();
      if (request.ending === 'vanish') socket.destroy();
    });
  });
}

function readAnswers(bytes: Buffer, isHead: boolean): Outcome {
  const answers: RawAnswer[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n');
    const [, status] = /^HTTP\/1\.1 ([1-5][0-9]{2}) /.exec(statusLine) ?? [];
    if (headEnd < 0 || status === undefined) {
      return { answers, fault: `not HTTP: ${JSON.stringify(rest.toString('latin1'))}` };
    }
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = isHead ? 0 : Number(headers.get('content-length') ?? 0);
    const body = rest.subarray(headEnd + 4, headEnd + 4 + length);
    answers.push({ status: Number(status), headers, body: body.toString() });
    if (body.length < length) return { answers, fault: 'the body is shorter than announced' };
    rest = headers.has('transfer-encoding') ? Buffer.alloc(0) : rest.subarray(headEnd + 4 + length);
  }
  return { answers };
}
