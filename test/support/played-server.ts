import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerFaultily, type Fault } from './played-fault.js';

/** A request to a played server, read to its end. */
export interface PlayedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  contentType: string | undefined;
  body: string;
}

/** What a played server answers; a body is sent as JSON. */
export interface PlayedAnswer {
  status: number;
  body?: unknown;
  /** What befalls this answer. */
  fault?: Fault;
}

/** A small real HTTP server on 127.0.0.1 that plays another system. */
export class PlayedServer {
  /** Without a slash at the end. */
  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param port default a free one */
  static async start(
    answer: (request: PlayedRequest) => PlayedAnswer | Promise<PlayedAnswer>,
    port = 0,
  ): Promise<PlayedServer> {
    const server = createServer((request, response) => {
      reply(answer, request, response).catch((error: unknown) => {
        // A caller that has gone away is none of our trouble; anything else is a fault of the player.
        if (!response.headersSent && !response.destroyed)
          response.writeHead(599).end(String(error));
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new PlayedServer(server);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

/** The bearer token of a request, if it has one. */
export function bearerOf({ authorization = '' }: PlayedRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization)?.[1];
}

async function reply(
  answer: (request: PlayedRequest) => PlayedAnswer | Promise<PlayedAnswer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const {
    status,
    body,
    fault = 'none',
  } = await answer({
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    authorization: request.headers.authorization,
    contentType: request.headers['content-type']?.split(';')[0],
    body: await text(request),
  });
  if (typeof fault === 'object') await sleep(fault.slowMs);
  else if (fault !== 'none') {
    answerFaultily(fault, request, response);
    return;
  }
  if (body === undefined) response.writeHead(status).end();
  else {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
