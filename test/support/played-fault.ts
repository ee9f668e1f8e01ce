import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * How a played server misbehaves: it cuts the connection, never answers, answers 500, answers 200 with
 * HTML, answers 403 about our own client, or takes its time.
 */
export type Fault =
  'none' | 'refuse' | 'hang' | 'error' | 'garbage' | 'forbid' | { slowMs: number };

/** A fault that replaces the answer. */
export type FaultyAnswer = Exclude<Fault, 'none' | { slowMs: number }>;

/** Does to a request what the fault says. */
export function answerFaultily(
  fault: FaultyAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  switch (fault) {
    case 'refuse':
      request.socket.destroy();
      break;
    case 'hang':
      break;
    case 'error':
      response.writeHead(500, JSON_TYPE).end('{"error":"unknown_error"}');
      break;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
      break;
    case 'forbid':
      response
        .writeHead(403, JSON_TYPE)
        .end('{"error":"unauthorized_client","error_description":"Client not allowed"}');
      break;
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };
