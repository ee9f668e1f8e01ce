import { LRUCache } from 'lru-cache';
import type { ResourceRegistry } from './resource-registry.js';

/** Names are given by callers, so those that are remembered are bounded. */
const MOST_NAMES = 100_000;

/**
 * The IDs by which Keycloak knows resources. A decision is asked by ID: by its name, a resource is
 * found by its owner only.
 */
export class ResourceIds {
  private readonly known: LRUCache<string, readonly string[]>;

  /** @param lifetimeMs after which a resource could have another name */
  constructor(
    private readonly registry: ResourceRegistry,
    lifetimeMs: number,
  ) {
    // Nothing is kept for ever, which is what 0 would mean here.
    this.known = new LRUCache({ max: MOST_NAMES, ttl: Math.max(1, lifetimeMs) });
  }

  /** The IDs that this name had a short time ago. */
  remembered(name: string): readonly string[] | undefined {
    return this.known.get(name);
  }

  /** @throws {RemoteError} */
  async find(name: string): Promise<readonly string[]> {
    const ids = (await this.registry.find(name)).map(({ id }) => id);
    // What is not there yet may be there the next time.
    if (ids.length > 0) this.known.set(name, ids);
    else this.known.delete(name);
    return ids;
  }

  forget(name: string): void {
    this.known.delete(name);
  }
}
