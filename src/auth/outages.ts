import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TektonError } from '../errors/tekton-error.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { RemoteError } from '../oauth/remote-error.js';
import { Seldom } from '../retry/seldom.js';

const RETRY_AFTER_SECONDS = 1;
/** A fault that nobody has met for so long is a new one. */
const FORGOTTEN_AFTER_MS = 600_000;
/** Faults that are told apart. */
const MOST_FAULTS = 1000;

/** Tells callers and the log of servers that do not answer as they should. */
@Injectable()
export class Outages {
  /** By what they say: the log is told of one ever more seldom, however many callers it meets. */
  private readonly known = new LRUCache<string, Seldom>({
    max: MOST_FAULTS,
    ttl: FORGOTTEN_AFTER_MS,
  });

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * What callers are told while it cannot be found out who they are or what they may do: never yes.
   */
  unavailable(fault: RemoteError): TektonError {
    if (this.isToBeLogged(fault.message)) {
      this.logger.error({ err: fault }, `${fault.message}. Callers who depend on it are told 503.`);
    }
    return new TektonError(
      'UNAVAILABLE',
      'Who you are or what you may do cannot be settled right now: a server that Tekton asks does not answer as it should. Nothing was changed; try again. The log of Tekton says why.',
      { cause: fault, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
    );
  }

  private isToBeLogged(fault: string): boolean {
    const reminder = this.known.get(fault) ?? new Seldom();
    this.known.set(fault, reminder);
    return reminder.isDue();
  }
}
