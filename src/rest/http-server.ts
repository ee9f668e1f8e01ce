import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { DoneFuncWithErrOrRes, FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { TektonError } from '../errors/tekton-error.js';
import type { Logger } from '../logging/logger.js';
import type { Settings } from '../settings/settings.js';
import { ANSWER_HEADERS } from './answer-headers.js';
import { bearableBodyBytes } from './heap-share.js';
import { CORRELATION_HEADER, correlationIdOf } from './correlation-id.js';
import { RequestBody, type BodyLimits, type BodySize } from './request-body.js';
import { timeLimits } from './time-limits.js';
import { answerUnreadable, answerUnroutable, refuseExpectation } from './unreadable-requests.js';

/** `type/subtype`, then parameters (RFC 9110 section 8.3.1). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/** Levels that bulk bodies have around a document. */
const BULK_DEPTH = 8;

/** Creates Fastify as the REST API needs it: limits, correlation IDs, bodies that are not read yet. */
export function createHttpAdapter(settings: Settings): FastifyAdapter {
  const prefix = settings['http.url-prefix'];
  const limits = timeLimits(settings);
  const adapter = new FastifyAdapter({
    logger: false,
    genReqId: ({ headers }: { headers: Record<string, string | string[] | undefined> }) =>
      correlationIdOf(headers),
    rewriteUrl: ({ url = '/' }: { url?: string | undefined }) =>
      url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url,
    routerOptions: {
      ignoreTrailingSlash: true,
      // No parameter can be longer than the headers that hold it: the limit of the URL is ours.
      maxParamLength: settings['http.header-limit'],
    },
    ...limits,
    http: {
      ...limits.http,
      maxHeaderSize: settings['http.header-limit'],
      // Refused below, in the form of all errors.
      requireHostHeader: false,
    },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerUnroutable,
    // Connections that serve no request are closed at a stop.
    forceCloseConnections: 'idle',
    // What still comes on the others is answered as ever: Fastify's own refusal has no header of ours.
    return503OnClosing: false,
  });
  const fastify = adapter.getInstance();
  // Beyond a number of headers Node leaves them out without a word; their size is limited anyway.
  fastify.server.maxHeadersCount = 0;
  fastify.server.maxConnections = settings['http.connections-limit'];
  fastify.server.on('checkExpectation', refuseExpectation);
  const sizes = bodyLimits(settings);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const hold = (bytes: number) => request.place?.holdBody(bytes);
    done(null, new RequestBody(payload, request.headers, sizes, hold));
  });
  const urlLimit = settings['http.url-limit'];
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(CORRELATION_HEADER, request.id);
    reply.headers(ANSWER_HEADERS);
    replaceUnreadableType(request);
    done(refusalOf(request, urlLimit));
  });
  // Nest answers what browsers ask before a call (CORS) in a hook of its own, before this one.
  fastify.addHook('onRoute', (route) => {
    if (route.url === '*') route.onSend = completePreflight;
  });
  return adapter;
}

function completePreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: DoneFuncWithErrOrRes,
): void {
  reply.headers(ANSWER_HEADERS).header(CORRELATION_HEADER, request.id);
  done(null, payload);
}

/** What is wrong with a request before its route is looked at. */
function refusalOf(request: FastifyRequest, urlLimit: number): TektonError | undefined {
  if (request.originalUrl.length > urlLimit) {
    const message = `The URL is longer than ${urlLimit} characters; the limit is the option http.url-limit`;
    return new TektonError('URI_TOO_LONG', message);
  }
  const [path = ''] = request.originalUrl.split('?');
  if (path.includes('%00')) {
    return new TektonError('MALFORMED_REQUEST', 'A path cannot have the character NUL');
  }
  const { httpVersion, headers } = request.raw;
  if (httpVersion === '1.1' && headers.host === undefined) {
    return new TektonError('MALFORMED_REQUEST', 'An HTTP/1.1 request needs a Host header');
  }
  return undefined;
}

/** The limit, unless the heap does not bear as much. */
function bulkBytes(limit: number): Pick<BodyLimits, 'bytes' | 'bytesOption'> {
  const bearable = bearableBodyBytes();
  return bearable < limit
    ? { bytes: bearable, bytesOption: '--max-old-space-size of Node.js, by its memory' }
    : { bytes: limit, bytesOption: 'http.bulk-body-limit' };
}

function bodyLimits(settings: Settings): Record<BodySize, BodyLimits> {
  const depth = settings['http.json-depth-limit'];
  const single = {
    bytes: settings['http.body-limit'],
    bytesOption: 'http.body-limit',
    json: { depth, keys: settings['http.json-key-limit'] },
  };
  return {
    single,
    several: { ...single, json: { ...single.json, depth: depth + 1 } },
    bulk: {
      ...bulkBytes(settings['http.bulk-body-limit']),
      // The form of the body itself comes on top of what the documents in it may have.
      json: { depth: depth + BULK_DEPTH, keys: settings['http.bulk-json-key-limit'] },
    },
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose issuer vouches for the caller; set once that is known. */
    callerTenant?: string;
    /** Why nobody vouches for the caller. */
    refusal?: string;
  }
}

/** Measures and logs each answer. Successful reads are logged for debugging only. */
export function observeAnswers(adapter: FastifyAdapter, duration: Histogram, logger: Logger): void {
  adapter.getInstance().addHook('onResponse', (request, reply, done) => {
    observe(request, reply, duration, logger);
    done();
  });
}

function observe(
  request: FastifyRequest,
  reply: FastifyReply,
  duration: Histogram,
  logger: Logger,
): void {
  const { method, routeOptions, id } = request;
  const { statusCode: status, elapsedTime } = reply;
  const route = routeOptions.url ?? 'none';
  duration.observe({ method, route, status }, elapsedTime / 1000);
  const isRead = (method === 'GET' || method === 'HEAD') && status < 400;
  // Of those that found no room there may be thousands a second.
  const isRefusedAtOnce = status === 503 && request.place === undefined;
  const level = isRead || isRefusedAtOnce ? 'debug' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const durationMs = Math.round(elapsedTime * 100) / 100;
  const { callerTenant: tenant, refusal } = request;
  const line = { correlationId: id, tenant, method, route, status, refusal, durationMs };
  logger[level](line, 'Answered');
}

/**
 * Fastify answers a malformed content type before the route is reached. Replaced by one that no
 * call takes, it is refused like any other, in the promised order of errors.
 */
function replaceUnreadableType({ headers }: FastifyRequest): void {
  const type = headers['content-type'];
  if (type !== undefined && !MEDIA_TYPE.test(type)) {
    headers['content-type'] = 'application/octet-stream';
  }
}
