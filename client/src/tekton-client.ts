import { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import type { ConfigurationName } from './address.js';
import type { ClientStatus, ConfigurationInForce } from './client-status.js';
import { Configurations } from './configurations.js';
import { asError } from './errors.js';
import type { Configuration, TektonClientEvents } from './events.js';
import { checkOptions, type TektonClientOptions } from './options.js';
import { Upkeep } from './upkeep.js';

/**
 * Keeps all configurations of a service instance in memory, and current while the service runs: loads
 * them at the start, listens to 17/SCMP, reads what has changed, and catches up with what it has missed.
 */
export class TektonClient extends EventEmitter<TektonClientEvents> {
  /** The metrics of this client. */
  readonly registry: Registry;

  private readonly held = new Configurations();
  private readonly upkeep: Upkeep;
  private started: Promise<void> | undefined;
  private closed: Promise<void> | undefined;

  /** @throws OptionsError with all that is wrong with the options */
  constructor(options: TektonClientOptions) {
    // A listener may be an async function too.
    super({ captureRejections: true });
    const checked = checkOptions(options);
    this.registry = checked.registry ?? new Registry();
    this.upkeep = new Upkeep(checked, this.registry, this.held, (event, ...values) => {
      this.tell(event, values);
    });
  }

  /**
   * Loads everything, and keeps it current from then on. Resolves once all is in force: from Tekton or,
   * if Tekton cannot be reached within `limits.startTimeout`, from the snapshot. Without a snapshot it waits
   * for Tekton as long as it takes, and tells by `problem` why.
   * @throws RefusedError if Tekton refuses this service, and there is no snapshot
   * @throws ClosedError if the client is closed first
   */
  start(): Promise<void> {
    this.started ??= this.upkeep.begin().catch(async (error: unknown) => {
      await this.close();
      throw error;
    });
    return this.started;
  }

  /** What is in force, at once; undefined if there is none. It is frozen. */
  config(name: ConfigurationName): Configuration | undefined {
    return this.held.find(name)?.inForce?.value;
  }

  /** All that is in force. */
  *configurations(): Generator<ConfigurationInForce, void, void> {
    for (const { address, inForce } of this.held.values()) {
      if (inForce === undefined) continue;
      yield { address, value: inForce.value, revision: inForce.revision };
    }
  }

  get status(): ClientStatus {
    return this.upkeep.status;
  }

  /**
   * Ends all that the client does, after a change that is just being applied, and writes the snapshot.
   * What is in force stays readable.
   */
  close(): Promise<void> {
    this.closed ??= this.upkeep.end();
    return this.closed;
  }

  /** Called by Node.js where a listener that is an async function fails. */
  [Symbol.for('nodejs.rejection')](error: unknown, event: keyof TektonClientEvents): void {
    this.listenerFailed(event, error);
  }

  /** A listener that throws must not keep the next change from being applied. */
  private tell<Name extends keyof TektonClientEvents>(
    event: Name,
    values: TektonClientEvents[Name],
  ): void {
    try {
      // The compiler does not see through a map of events whose key is a parameter.
      (this as EventEmitter).emit(event, ...values);
    } catch (error) {
      this.listenerFailed(event, error);
    }
  }

  private listenerFailed(event: keyof TektonClientEvents, error: unknown): void {
    if (event === 'problem') process.emitWarning(asError(error));
    else this.tell('problem', [asError(error)]);
  }
}
