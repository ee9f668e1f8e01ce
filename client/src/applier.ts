import { setImmediate as turn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { keyOf, type ConfigurationAddress } from './address.js';
import type { ClientMetrics } from './client-metrics.js';
import type { Configurations, Held } from './configurations.js';
import type { Cause, Configuration, ConfigurationChange, TektonClientEvents } from './events.js';
import type { ReadConfiguration } from './cluster-answer.js';
import { messageFor, type ReadMessage, type ReadReason } from './read-scope.js';
import type { Found } from './tekton-api.js';

/** Tells those who listen to the client. */
export type Tell = <Name extends keyof TektonClientEvents>(
  event: Name,
  ...values: TektonClientEvents[Name]
) => void;

/** Other work has its turn after so many configurations. */
const WITHOUT_PAUSE = 100;

/**
 * Puts what was read in force: asks the service first, keeps what it refuses out of force, and tells what
 * has come of it. One thing at a time, in the order in which it was called.
 */
export class Applier {
  private readonly inTurn = pLimit(1);
  /** What was in force in an earlier run: better than nothing where the service refuses what is new. */
  private earlier = new Map<string, ReadConfiguration>();
  private hasPut = false;
  private isStopped = false;

  constructor(
    private readonly configurations: Configurations,
    private readonly apply: (change: ConfigurationChange) => void | Promise<void>,
    private readonly metrics: ClientMetrics,
    private readonly tell: Tell,
  ) {}

  /** From now on these stand in where the service refuses what would be the first of an address. */
  remember(earlier: readonly ReadConfiguration[]): void {
    this.earlier = new Map(earlier.map((one) => [keyOf(one.address), one]));
  }

  /**
   * Puts in force what was remembered, unless anything was put in force before.
   * @returns whether it did
   */
  putEarlier(): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.hasPut) return false;
      for (const one of this.earlier.values()) {
        if (this.isStopped) return false;
        await this.upsert(one, { cause: 'snapshot' });
      }
      return true;
    });
  }

  /** Begins nothing more. Resolves when nothing is being applied. */
  stop(): Promise<void> {
    this.isStopped = true;
    return this.inTurn(() => undefined);
  }

  /**
   * Puts in force what was found at some addresses, and nothing at others.
   * @returns whether it came to the end of it
   */
  put(
    found: readonly ReadConfiguration[],
    absent: readonly ConfigurationAddress[],
    reason: ReadReason,
  ): Promise<boolean> {
    return this.inTurn(async () => {
      this.hasPut = true;
      let count = 0;
      for (const address of absent) {
        if (this.isStopped) return false;
        await this.remove(address, reason);
      }
      for (const one of found) {
        if (this.isStopped) return false;
        await this.upsert(one, reason);
        if (++count % WITHOUT_PAUSE === 0) await turn();
      }
      return true;
    });
  }

  private async upsert(one: ReadConfiguration, reason: ReadReason): Promise<void> {
    const { address, revision, etag } = one;
    let held = this.configurations.find(address) ?? nothingAt(address);
    if (held.address.tenantId !== address.tenantId) {
      // The name is another tenant's by now, and what it stood for is gone, wanted or not.
      await this.remove(held.address, reason);
      held = nothingAt(address);
    }
    if (etagOf(held.refused) === etag) return;
    if (held.inForce?.etag === etag) {
      this.configurations.set({ ...held, refused: undefined });
      return;
    }
    const found: Found = { value: deepFreeze(one.value), revision, etag };
    const message = messageFor(reason, address);
    const change = {
      ...baseOf(held, reason.cause, message),
      type: 'upsert',
      value: found.value,
      revision,
    } as const;
    if (await this.isTaken(change, message?.timestamp)) {
      this.configurations.set({ address, inForce: found, refused: undefined });
      this.tell('upsert', change);
    } else {
      this.configurations.set({ ...held, refused: found });
      await this.fallBack(address);
    }
  }

  private async remove(address: ConfigurationAddress, reason: ReadReason): Promise<void> {
    const held = this.configurations.find(address);
    if (held?.address.tenantId !== address.tenantId || held.refused === 'delete') return;
    if (held.inForce === undefined) {
      // It was never in force: there is nothing that the service would have to go without.
      this.configurations.set({ ...held, refused: undefined });
      return;
    }
    const message = messageFor(reason, address);
    const single = message?.single;
    const change = {
      ...baseOf(held, reason.cause, message),
      type: 'delete',
      value: undefined,
      // An upsert may have told of what was found deleted by then.
      revision: single?.operation === 'delete' ? single.revision : undefined,
    } as const;
    if (await this.isTaken(change, message?.timestamp)) {
      this.configurations.set(nothingAt(address));
      this.tell('delete', change);
    } else {
      this.configurations.set({ ...held, refused: 'delete' });
    }
  }

  /** Takes what was in force in an earlier run, if the service has nothing at that address. */
  private async fallBack(address: ConfigurationAddress): Promise<void> {
    const held = this.configurations.find(address);
    const earlier = this.earlier.get(keyOf(address));
    if (held === undefined || held.inForce !== undefined || earlier === undefined) return;
    if (earlier.address.tenantId !== address.tenantId) return;
    const { value, revision, etag } = earlier;
    const change = {
      ...baseOf(held, 'snapshot', undefined),
      type: 'upsert',
      value,
      revision,
    } as const;
    if (etag === etagOf(held.refused) || !(await this.isTaken(change))) return;
    this.configurations.set({ ...held, inForce: { value: deepFreeze(value), revision, etag } });
    this.tell('upsert', change);
  }

  /** Whether the service takes it. */
  private async isTaken(change: ConfigurationChange, toldAt?: number): Promise<boolean> {
    try {
      await this.apply(change);
    } catch (error) {
      this.metrics.refused(change);
      this.tell('refused', { change, error });
      return false;
    }
    this.metrics.applied(change, toldAt);
    return true;
  }
}

function nothingAt(address: ConfigurationAddress): Held {
  return { address, inForce: undefined, refused: undefined };
}

function baseOf({ address, inForce }: Held, cause: Cause, message: ReadMessage | undefined) {
  return {
    address,
    previous: inForce?.value,
    previousRevision: inForce?.revision,
    cause,
    correlationId: message?.correlationId,
  };
}

function etagOf(found: Found | 'delete' | undefined): string | undefined {
  return typeof found === 'object' ? found.etag : undefined;
}

/** So that no part of the service changes what another one, or the next start, works with. */
function deepFreeze(value: Configuration): Configuration {
  // Not by recursion: a document may be nested deeper than the stack.
  const left: object[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const inner of Object.values(next)) {
      if (typeof inner === 'object' && inner !== null) left.push(inner as object);
    }
  }
  return value;
}
