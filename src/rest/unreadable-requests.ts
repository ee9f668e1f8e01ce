import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANSWER_HEADERS, RAW_ANSWER_HEADERS } from './answer-headers.js';
import { CORRELATION_HEADER } from './correlation-id.js';
import { errorBody } from './error.filter.js';
import { JSON_UTF8 } from './json-utf8.js';

/** Node's own note of the answer that a connection is about, which its types do not show. */
type ServerSocket = Socket & { _httpMessage?: (ServerResponse & { req: IncomingMessage }) | null };

/** What Fastify refuses before it looks for a route: a malformed percent-encoding. */
export function answerUnroutable(
  _error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const message = 'The URL has a malformed percent-encoding; write a percent sign itself as %25';
  void reply
    .status(400)
    .headers({
      [CORRELATION_HEADER]: request.id,
      'content-type': JSON_UTF8,
      ...ANSWER_HEADERS,
    })
    .send(bodyOf(message));
}

/** Connections on which something was refused: what comes after that is no request, whatever it is. */
const refused = new WeakSet<Socket>();

/** What Node's HTTP parser refuses never becomes a request: the answer is written by hand. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
  } else if (!refused.has(socket)) {
    refused.add(socket);
    answerLast(socket, rawAnswer(error));
  } else if (!socket.writableEnded) {
    // Whoever goes on sending waits until the answers are sent.
    socket.pause();
  }
}

/** Ends a connection with an answer, after those to the requests that came before. */
function answerLast(socket: ServerSocket, answer: string): void {
  const pending = socket._httpMessage;
  if (!socket.writable) {
    socket.destroy();
  } else if (!pending) {
    socket.end(answer);
    // To learn that the other end closes it too.
    socket.resume();
  } else if (pending.req.complete) {
    pending.once('finish', () => {
      answerLast(socket, answer);
    });
  } else if (pending.headersSent) {
    socket.destroy();
  } else {
    // The body of the present request is broken: nobody will answer that any more.
    socket.end(answer);
    pending.destroy();
  }
}

/** An `Expect` other than `100-continue`, RFC 9110 section 10.1.1. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const body = bodyOf('Expect is not possible with this value; only 100-continue is');
  response.writeHead(417, {
    [CORRELATION_HEADER]: randomUUID(),
    'content-type': JSON_UTF8,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...ANSWER_HEADERS,
  });
  response.end(body);
}

function rawAnswer({ code }: Error & { code?: string }): string {
  const [status, message] =
    code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'The headers are larger than the option http.header-limit allows']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'The request was not complete within the option http.request-timeout']
        : [400, 'This is not a well-formed HTTP/1.1 request'];
  const body = bodyOf(message);
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n` +
    `${CORRELATION_HEADER}: ${randomUUID()}\r\n` +
    `content-type: ${JSON_UTF8}\r\n` +
    RAW_ANSWER_HEADERS +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

function bodyOf(message: string): string {
  return JSON.stringify(errorBody({ message, faults: undefined }));
}
