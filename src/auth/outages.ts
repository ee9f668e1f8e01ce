import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TektonError } from '../errors/tekton-error.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { RemoteError } from '../oauth/remote-error.js';

const RETRY_AFTER_SECONDS = 1;
/** The log is told of one fault at most so often, however many callers it meets. */
const LOG_INTERVAL_MS = 1000;
/** Faults that are told apart. */
const MOST_FAULTS = 1000;

/** Tells callers and the log of servers that do not answer as they should. */
@Injectable()
export class Outages {
  private readonly logged = new LRUCache<string, true>({ max: MOST_FAULTS, ttl: LOG_INTERVAL_MS });

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * What callers are told while it cannot be found out who they are or what they may do: never yes.
   */
  unavailable(fault: RemoteError): TektonError {
    if (!this.logged.has(fault.message)) {
      this.logged.set(fault.message, true);
      this.logger.error({ err: fault }, `${fault.message}. Callers who depend on it are told 503.`);
    }
    return new TektonError(
      'UNAVAILABLE',
      'Who you are or what you may do cannot be settled right now: a server that Tekton asks does not answer as it should. Nothing was changed; try again. The log of Tekton says why.',
      { cause: fault, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
    );
  }
}
