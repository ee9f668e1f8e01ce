import type { FastifyRequest } from 'fastify';

/**
 * Where a new thing is to be found (RFC 9110 section 10.2.2): below the path that the caller used,
 * so that it holds behind an ingress too.
 */
export function createdAt(request: FastifyRequest, name: string): string {
  const [path = ''] = request.originalUrl.split('?');
  return `${path.replace(/\/$/, '')}/${name}`;
}
