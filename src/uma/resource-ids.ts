import { LRUCache } from 'lru-cache';
import type { ResourceRegistry } from './resource-registry.js';

/** Names are given by callers, so those that are remembered are bounded. */
const MOST_NAMES = 100_000;

/**
 * The IDs by which Keycloak knows resources. A decision is asked by ID: by its name, a resource is
 * found by its owner only.
 */
export class ResourceIds {
  private readonly known = new LRUCache<string, readonly string[]>({ max: MOST_NAMES });

  constructor(private readonly registry: ResourceRegistry) {}

  /** @throws {RemoteError} */
  async find(name: string): Promise<readonly string[]> {
    const known = this.known.get(name);
    if (known) return known;
    const ids = (await this.registry.find(name)).map(({ id }) => id);
    // What is not there yet may be there the next time.
    if (ids.length > 0) this.known.set(name, ids);
    return ids;
  }

  forget(name: string): void {
    this.known.delete(name);
  }
}
