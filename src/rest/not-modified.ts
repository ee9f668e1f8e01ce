import type { FastifyReply } from 'fastify';
import type { Preconditions } from './preconditions.js';

/**
 * Gives an answer its ETag, and makes it 304 if the caller has that already (RFC 9110 section
 * 15.4.5): then there is nothing more to say.
 */
export function isKnown(
  etag: string,
  { preconditions }: { preconditions: Preconditions },
  reply: FastifyReply,
): boolean {
  reply.header('etag', etag);
  if (!preconditions.isNotModified(etag)) return false;
  reply.status(304).removeHeader('content-type');
  return true;
}

/** Says that the answer depends on who asks, beside what else it was said to depend on. */
export function variesByCaller(reply: FastifyReply): void {
  const standing = [reply.getHeader('vary') ?? []].flat();
  reply.header('vary', [...standing, 'Authorization'].join(', '));
}
