import { randomUUID } from 'node:crypto';
import type { PlayedAnswer, PlayedRequest } from './played-server.js';
import { refused } from './realm-endpoints.js';

/** A resource as Keycloak keeps it. */
export interface PlayedResource {
  id: string;
  name: string;
  type?: string;
  displayName?: string;
  /** The ID of a user, or the client ID of the resource server. */
  owner: string;
  ownerManagedAccess: boolean;
  scopes: readonly string[];
}

/** What the answers about resources depend on. */
export interface ResourceRules {
  /** Whether Keycloak knows such a user, or it is the resource server itself. */
  isOwner: (id: string) => boolean;
  /** What is answered to an owner that does not exist: sources of Keycloak throw, which makes a 500. */
  unknownOwnerStatus: 400 | 500;
  scopesAs: 'objects' | 'strings';
  /** Whether `exactName` is understood; old Keycloaks ignore it. */
  knowsExactName: boolean;
  /** Whose resource it is if nobody is named. */
  resourceServer: string;
}

/** So many are listed if nobody asks for more. */
const DEFAULT_PAGE = 100;

/** The resources of a resource server, and the endpoint at which it keeps them (UMA 2.0 federated). */
export class PlayedResources {
  private readonly resources = new Map<string, PlayedResource>();

  get all(): readonly PlayedResource[] {
    return [...this.resources.values()];
  }

  find(id: string): PlayedResource | undefined {
    return this.resources.get(id);
  }

  /** Of one name there may be several: each owner has names of its own. */
  named(name: string): PlayedResource[] {
    return this.all.filter((resource) => resource.name === name);
  }

  /** Adds a resource as if somebody had made it by hand. */
  add(resource: Partial<PlayedResource> & Pick<PlayedResource, 'name' | 'owner'>): PlayedResource {
    const added = { id: randomUUID(), ownerManagedAccess: false, scopes: [], ...resource };
    this.resources.set(added.id, added);
    return added;
  }

  /** Removes it as if somebody had done so by hand. */
  remove(id: string): boolean {
    return this.resources.delete(id);
  }

  /** @param id the rest of the path, empty for the endpoint itself */
  answer(request: PlayedRequest, id: string, rules: ResourceRules): PlayedAnswer {
    const { method } = request;
    if (id === '') {
      if (method === 'GET') return { status: 200, body: this.list(request.query, rules) };
      return method === 'POST' ? this.create(request, rules) : { status: 405 };
    }
    const resource = this.resources.get(id);
    if (resource === undefined) return { status: 404 };
    if (method === 'GET') return { status: 200, body: full(resource, 'resource_scopes', rules) };
    if (method === 'PUT') return this.update(request, resource, rules);
    if (method !== 'DELETE') return { status: 405 };
    this.resources.delete(id);
    return { status: 204 };
  }

  private create(request: PlayedRequest, rules: ResourceRules): PlayedAnswer {
    if (request.contentType !== 'application/json') return { status: 415 };
    const given = read(request.body, rules);
    if (given === undefined) return refused(400, 'invalid_request', 'Invalid JSON');
    if (!rules.isOwner(given.owner)) return unknownOwner(rules);
    if (this.named(given.name).some(({ owner }) => owner === given.owner)) {
      return refused(409, 'invalid_request', `Resource with name [${given.name}] already exists.`);
    }
    const added = this.add(given);
    return { status: 201, body: full(added, 'resource_scopes', rules) };
  }

  private update(
    request: PlayedRequest,
    { id }: PlayedResource,
    rules: ResourceRules,
  ): PlayedAnswer {
    if (request.contentType !== 'application/json') return { status: 415 };
    const given = read(request.body, rules);
    if (given === undefined) return refused(400, 'invalid_request', 'Invalid JSON');
    if (!rules.isOwner(given.owner)) return unknownOwner(rules);
    this.resources.set(id, { ...given, id });
    return { status: 204 };
  }

  private list(query: URLSearchParams, rules: ResourceRules): unknown[] {
    const exact = rules.knowsExactName && query.get('exactName') === 'true';
    const first = Number(query.get('first') ?? 0);
    const found = this.all
      .filter(({ name }) => matches(name, query.get('name') ?? '', exact))
      .filter(({ id }) => id === (query.get('_id') ?? id))
      .filter(({ type }) => contains(type, query.get('type') ?? ''))
      .filter(({ owner }) => owner === (query.get('owner') ?? owner))
      .filter(({ scopes }) => contains(scopes.join(' '), query.get('scope') ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(first, first + Number(query.get('max') ?? DEFAULT_PAGE));
    return query.get('deep') === 'true'
      ? found.map((resource) => full(resource, 'scopes', rules))
      : found.map(({ id }) => id);
  }
}

/** `name` is looked for anywhere in a name, in small letters or capitals, unless it must be exact. */
function matches(name: string, pattern: string, exact: boolean): boolean {
  return exact && pattern !== '' ? name === pattern : contains(name, pattern);
}

function contains(text: string | undefined, part: string): boolean {
  return (text ?? '').toLowerCase().includes(part.toLowerCase());
}

/** One resource calls its scopes otherwise than lists do. */
function full(
  { id, owner, scopes, ...resource }: PlayedResource,
  scopesName: 'resource_scopes' | 'scopes',
  { scopesAs }: ResourceRules,
): Record<string, unknown> {
  return {
    ...resource,
    owner: { id: owner },
    _id: id,
    uris: [],
    [scopesName]: scopes.map((name) =>
      scopesAs === 'objects' ? { id: `scope-${name}`, name } : name,
    ),
  };
}

function read(body: string, rules: ResourceRules): Omit<PlayedResource, 'id'> | undefined {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { name, type, displayName, owner, ownerManagedAccess } = given;
  if (typeof name !== 'string' || name === '') return undefined;
  const ownerId = typeof owner === 'object' ? (owner as { id?: string } | null)?.id : owner;
  const scopes = (given.resource_scopes ?? given.scopes ?? []) as (string | { name: string })[];
  return {
    name,
    ...(typeof type === 'string' && { type }),
    ...(typeof displayName === 'string' && { displayName }),
    owner: typeof ownerId === 'string' ? ownerId : rules.resourceServer,
    ownerManagedAccess: ownerManagedAccess === true,
    scopes: scopes.map((scope) => (typeof scope === 'string' ? scope : scope.name)),
  };
}

function unknownOwner({ unknownOwnerStatus }: ResourceRules): PlayedAnswer {
  return unknownOwnerStatus === 500
    ? { status: 500, body: { error: 'unknown_error' } }
    : refused(400, 'invalid_request', 'Owner must be a valid username or user identifier.');
}
