import { RemoteError } from '../oauth/remote-error.js';

/** Told where more would wait for Keycloak than may: a slow one must not pile calls up here. */
export function tooMany(limit: number): RemoteError {
  return new RemoteError(
    `${limit} calls wait for Keycloak already (the option kaa.security.uma.concurrency)`,
  );
}
