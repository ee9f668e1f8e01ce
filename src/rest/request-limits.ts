import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission, OverloadError } from './admission.js';
import { errorBody } from './error.filter.js';
import { JSON_UTF8 } from './json-utf8.js';

const API_PATH = '/api/';
/** Characters of an answer that the operating system takes at once as a rule. */
const SMALL_ANSWER = 16 * 1024;
/** What a refusal must not have of the answer that it stands for. */
const HEADERS_OF_CONTENT = ['etag', 'link', 'x-revision', 'x-position'];

/**
 * Gives each request its place, or the answer that there is none.
 *
 * @param stallTimeoutMs after which the reader of a large answer is cut off who takes nothing of it
 */
export function limitRequests(
  adapter: FastifyAdapter,
  admission: Admission,
  stallTimeoutMs: number,
): void {
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      // Health is asked for above all where there is no room.
      if (request.routeOptions.url?.startsWith(API_PATH) === true) {
        request.place = admission.admit(reply.raw, request.raw.socket);
      }
    } catch (error) {
      done(error as OverloadError);
      return;
    }
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const size = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    const sent = size > SMALL_ANSWER ? holdAnswer(request, reply, size) : undefined;
    request.place?.answered();
    if (size > SMALL_ANSWER && sent === undefined) cutOffIfStalled(request, reply, stallTimeoutMs);
    done(null, sent ?? payload);
  });
}

/** @returns what is answered instead, if there is no room */
function holdAnswer(
  { place, method }: FastifyRequest,
  reply: FastifyReply,
  size: number,
): string | undefined {
  try {
    place?.holdAnswer(size);
    return undefined;
  } catch (error) {
    // Who has changed something must learn that it is done.
    if (method !== 'GET' || !(error instanceof OverloadError)) return undefined;
    for (const name of HEADERS_OF_CONTENT) reply.removeHeader(name);
    reply.status(error.status).headers(error.headers).header('content-type', JSON_UTF8);
    return JSON.stringify(errorBody(error));
  }
}

/** Closes the connection once its reader takes nothing for so long, until the answer is sent. */
function cutOffIfStalled(
  { raw: { socket } }: FastifyRequest,
  { raw: response }: FastifyReply,
  stallTimeoutMs: number,
): void {
  socket.setTimeout(stallTimeoutMs);
  // Before Node.js sets that of an idle connection, if this was the last of several answers.
  response.prependOnceListener('finish', () => socket.setTimeout(0));
}
