import { keyOf, type ConfigurationAddress, type ConfigurationName } from './address.js';
import { covers, type ReadScope } from './read-scope.js';
import type { Found } from './tekton-api.js';

/** What is known of an address. */
export interface Held {
  address: ConfigurationAddress;
  /** What the service works with. */
  inForce: Found | undefined;
  /** What the service has refused since; 'delete': to go without. */
  refused: Found | 'delete' | undefined;
}

/** What is in force, and what was refused. */
export class Configurations {
  private readonly byKey = new Map<string, Held>();
  private refusals = 0;
  private inForce = 0;

  /** How many are in force. */
  get size(): number {
    return this.inForce;
  }

  /** How many were refused in their last revision. */
  get refused(): number {
    return this.refusals;
  }

  find(name: ConfigurationAddress | ConfigurationName): Held | undefined {
    return this.byKey.get(keyOf(name));
  }

  /** Takes the place of what was known of that address. */
  set(held: Held): void {
    this.count(this.byKey.get(keyOf(held.address)), -1);
    this.count(held, 1);
    if (held.inForce === undefined && held.refused === undefined) {
      this.byKey.delete(keyOf(held.address));
    } else {
      this.byKey.set(keyOf(held.address), held);
    }
  }

  /** All that lies within the scope. */
  within(scope: ReadScope): Held[] {
    if (scope.kind === 'one') return [];
    return [...this.byKey.values()].filter(({ address }) => covers(scope, address));
  }

  values(): IterableIterator<Held> {
    return this.byKey.values();
  }

  private count(held: Held | undefined, one: 1 | -1): void {
    if (held?.inForce !== undefined) this.inForce += one;
    if (held?.refused !== undefined) this.refusals += one;
  }
}
