import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ANSWER_HEADERS } from '../rest/answer-headers.js';
import { timeLimits } from '../rest/time-limits.js';
import {
  answerUnreadable,
  answerUnroutable,
  refuseExpectation,
} from '../rest/unreadable-requests.js';
import type { Settings } from '../settings/settings.js';

/** Creates Fastify as a management interface of its own needs it. */
export function createManagementAdapter(settings: Settings): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    ...timeLimits(settings),
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerUnroutable,
    forceCloseConnections: true,
  });
  const fastify = adapter.getInstance();
  fastify.server.on('checkExpectation', refuseExpectation);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(ANSWER_HEADERS);
    done();
  });
  return adapter;
}
