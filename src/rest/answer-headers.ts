import type { FastifyInstance } from 'fastify';

/**
 * What every answer carries, whatever it is about. No `strict-transport-security`: Tekton itself does
 * not speak TLS, and what stands before it shares its host name with others, whom that would bind too.
 */
export const ANSWER_HEADERS = {
  'x-content-type-options': 'nosniff',
  // Answers are data: should a browser take one for a page, it can do nothing.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // Calls by CORS are not subject to it: it keeps other sites from embedding answers without asking.
  'cross-origin-resource-policy': 'same-origin',
  // A cache in between must ask each time: who was notified must not read the old value.
  'cache-control': 'private, no-cache',
} as const;

/** They lie ready as text for answers that are written by hand. */
export const RAW_ANSWER_HEADERS = Object.entries(ANSWER_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/**
 * Swagger UI has its scripts in files; its styles stand in the page and on elements. It calls the API
 * where it comes from.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Lets browsers show the pages that are routed from now on below a path. */
export function allowPages(fastify: FastifyInstance, path: string): void {
  fastify.addHook('onRoute', (route) => {
    if (route.url !== path && !route.url.startsWith(`${path}/`)) return;
    const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
    route.onRequest = [
      ...own,
      (_request, reply, done) => {
        reply.header('content-security-policy', PAGE_POLICY);
        done();
      },
    ];
  });
}
