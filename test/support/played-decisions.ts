import type { PlayedResource, PlayedResources } from './played-resources.js';
import type { PlayedAnswer } from './played-server.js';
import { refused } from './realm-endpoints.js';

/** What a decision is about. */
export interface DecisionRequest {
  form: URLSearchParams;
  /** `sub` of the caller's token. */
  subject: string;
  /** The client ID that owns the resources which no user owns. */
  resourceServer: string;
  resources: PlayedResources;
  /** The scopes that exist; a resource brings its own along. */
  scopes: ReadonlySet<string>;
  /** Whether a policy lets the subject do this to the resource. */
  isGranted: (resource: PlayedResource, scope: string) => boolean;
}

/** A permission as it is answered. */
export interface GrantedPermission {
  rsid: string;
  rsname: string;
  scopes?: string[];
}

/** What was asked for, or why it cannot be decided. */
type Asked = Map<PlayedResource, Set<string>> | PlayedAnswer;

/**
 * What the subject is granted of all that is asked, in the order in which it was asked; several
 * permissions are an OR.
 * @returns at least one permission, or what Keycloak answers instead: 403 if nothing is granted
 */
export function decide(request: DecisionRequest): GrantedPermission[] | PlayedAnswer {
  const asked = resolve(request);
  if (!(asked instanceof Map)) return asked;
  const granted: GrantedPermission[] = [];
  for (const [resource, scopes] of asked) {
    const allowed = [...scopes].filter((scope) => request.isGranted(resource, scope));
    if (allowed.length === 0) continue;
    granted.push({ rsid: resource.id, rsname: resource.name, scopes: allowed });
  }
  return granted.length > 0 ? granted : refused(403, 'access_denied', 'not_authorized');
}

function resolve(request: DecisionRequest): Asked {
  const { form, resources, scopes } = request;
  const asked = new Map<PlayedResource, Set<string>>();
  const permissions = form.getAll('permission');
  for (const permission of permissions) {
    const [name = '', list = ''] = permission.split('#');
    const wanted = list.split(',').filter((scope) => scope !== '');
    const known = wanted.filter((scope) => scopes.has(scope));
    if (wanted.length > 0 && known.length === 0) {
      return refused(400, 'invalid_scope', `One of the given scopes [${list}] is invalid`);
    }
    const found = name === '' ? resources.all : findResources(request, name);
    for (const resource of found) {
      const own = resource.scopes.filter((scope) => wanted.length === 0 || known.includes(scope));
      if (own.length === 0) continue;
      asked.set(resource, new Set([...(asked.get(resource) ?? []), ...own]));
    }
    // A resource without the scope is answered as if there were none.
    if (name !== '' && asked.size === 0) {
      return refused(400, 'invalid_resource', `Resource with id [${name}] does not exist.`);
    }
  }
  if (permissions.length === 0) {
    for (const resource of resources.all) asked.set(resource, new Set(resource.scopes));
  }
  return asked;
}

/**
 * What has a `-` is looked for as an ID first. By a name only the caller's own resource is found, and
 * the resource server's: those of other users need their ID.
 */
function findResources(request: DecisionRequest, name: string): readonly PlayedResource[] {
  const { resources, subject, resourceServer } = request;
  const byId = name.includes('-') ? resources.find(name) : undefined;
  if (byId !== undefined) return [byId];
  return resources.named(name).filter(({ owner }) => [subject, resourceServer].includes(owner));
}
