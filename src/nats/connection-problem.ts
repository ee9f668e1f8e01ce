import {
  AuthorizationError,
  TimeoutError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';
import { reasonOf } from '../errors/reason.js';
import { refusedCertificate } from '../errors/refused-certificate.js';

/** Why NATS cannot be reached, such that an operator knows what to look at. */
export function connectionProblem(error: unknown): string {
  const message = reasonOf(error);
  if (isAboutIdentity(error)) {
    return `NATS does not let Tekton in (${message}): look at the user, token, NKey or credentials given for it`;
  }
  const refused = refusedCertificate(error);
  if (refused !== undefined) {
    return `NATS cannot be trusted, its certificate is refused: ${refused} (see nats.tls.ca)`;
  }
  if (error instanceof TimeoutError) {
    // By TLS 1.3 such a server refuses us when the client takes the handshake for done, and is silent.
    return `NATS cannot be reached: ${message} (nobody answers, or it wants another client certificate: see nats.tls.cert)`;
  }
  return `NATS cannot be reached: ${message}`;
}

/** Whether it is about who Tekton is. */
export function isAboutIdentity(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;
}
