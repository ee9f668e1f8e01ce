import { Inject, Injectable } from '@nestjs/common';
import { TektonError } from '../errors/tekton-error.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { RemoteError } from '../oauth/remote-error.js';

const RETRY_AFTER_SECONDS = 1;

/** Tells callers and the log of servers that do not answer as they should. */
@Injectable()
export class Outages {
  private readonly logged = new WeakSet<Error>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * What callers are told while it cannot be found out who they are or what they may do: never yes.
   * The log is told of one fault once, however many callers it meets.
   */
  unavailable(fault: RemoteError): TektonError {
    if (!this.logged.has(fault)) {
      this.logged.add(fault);
      this.logger.error({ err: fault }, `${fault.message}. Callers who depend on it are told 503.`);
    }
    return new TektonError(
      'UNAVAILABLE',
      'It cannot be found out right now what this access token is good for: a server that Tekton asks does not answer. Nothing was changed; try again.',
      { cause: fault, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
    );
  }
}
