import type { Settings } from '../settings/settings.js';

/** How often Node looks for requests that are over their time. */
const CHECKING_INTERVAL_MS = 1000;

/** Within which a client must have sent its request, as Fastify and Node take it. */
export function timeLimits(settings: Settings) {
  const timeoutMs = settings['http.request-timeout'] * 1000;
  return {
    requestTimeout: timeoutMs,
    http: {
      // Slow headers count as the rest of a slow request does; Node.js would give them a limit apart.
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: CHECKING_INTERVAL_MS,
    },
  };
}
