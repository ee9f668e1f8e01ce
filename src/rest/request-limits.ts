import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission, OverloadError } from './admission.js';
import { becomeError } from './error.filter.js';
import { cutOffStalled } from './stalled-readers.js';

const API_PATH = '/api/';
/** Characters of an answer that the operating system takes at once as a rule. */
const SMALL_ANSWER = 16 * 1024;

/**
 * Gives each request its place, or the answer that there is none.
 *
 * @param stallTimeoutMs after which a reader is cut off who takes nothing of what is sent to it
 */
export function limitRequests(
  adapter: FastifyAdapter,
  admission: Admission,
  stallTimeoutMs: number,
): void {
  const fastify = adapter.getInstance();
  cutOffStalled(fastify.server, stallTimeoutMs);
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
    return becomeError(reply, error);
  }
}
