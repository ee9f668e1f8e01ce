import type { NodeConnectionOptions } from '@nats-io/transport-node';

/** In milliseconds; a server that leaves two pings without an answer is given up. */
const DEFAULTS = { timeout: 5000, pingInterval: 10_000, reconnectTimeWait: 500 } as const;

/**
 * The options of the NATS client for one URL, or several with commas between, such as
 * `tls://user:password@nats:4222`. A user without a password is a token, as other clients of NATS read it.
 */
export function natsOptionsOf(given: string | NodeConnectionOptions): NodeConnectionOptions {
  if (typeof given !== 'string') return { ...DEFAULTS, ...given };
  const urls = given
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map((url) => new URL(url.includes('://') ? url : `nats://${url}`));
  const { username = '', password = '' } = urls.find(({ username: user }) => user !== '') ?? {};
  return {
    ...DEFAULTS,
    servers: urls.map(({ host }) => host),
    ...(username !== '' && identityOf(decodeURIComponent(username), decodeURIComponent(password))),
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
}

function identityOf(user: string, pass: string): NodeConnectionOptions {
  return pass === '' ? { token: user } : { user, pass };
}
