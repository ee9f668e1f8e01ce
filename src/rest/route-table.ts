import type { FastifyInstance, FastifyRequest } from 'fastify';
import createRouter, { type HTTPMethod } from 'find-my-way';
import { TektonError } from '../errors/tekton-error.js';

/** Knows which methods each path has, to tell 405 from 404 (RFC 9110 section 15.5.6). */
export class RouteTable {
  private readonly router = createRouter({
    ignoreTrailingSlash: true,
    maxParamLength: Number.MAX_SAFE_INTEGER,
  });
  private readonly methods = new Set<HTTPMethod>();

  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ method, url }) => {
      // That browsers may ask before a call (CORS) does not make a path.
      if (url === '*') return;
      for (const name of [method].flat() as HTTPMethod[]) {
        this.methods.add(name);
        if (!this.router.hasRoute(name, url)) this.router.on(name, url, () => undefined);
      }
    });
  }

  /** What to say of a request that no route took. */
  readonly explain = (request: FastifyRequest): TektonError => {
    const [path = '/'] = request.url.split('?');
    const allowed = [...this.methods].filter((method) => this.router.find(method, path));
    // A path whose own route found nothing, such as a file of the documentation, is not there.
    if (allowed.length === 0 || allowed.includes(request.method as HTTPMethod)) {
      return new TektonError('NOT_FOUND', 'There is nothing at this path; see /api/v1/docs');
    }
    const list = allowed.sort().join(', ');
    return new TektonError(
      'METHOD_NOT_ALLOWED',
      `${request.method} is not possible here; possible are ${list}`,
      { headers: { allow: list } },
    );
  };
}
