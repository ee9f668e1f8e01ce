import { membersOf } from '../oauth/http-json.js';
import {
  applicationOf,
  PLATFORM_RESOURCE,
  Scope,
  TENANT_RESOURCE,
  type ApplicationScope,
} from './scopes.js';

/** Applications of a tenant: all of them, or those with these names. */
export type Applications = 'all' | ReadonlySet<string>;

/** The names of the applications, in an order that depends on nothing else; none for all of them. */
export function shownOf(applications: Applications): string[] | undefined {
  return applications === 'all' ? undefined : [...applications].sort();
}

const APPLICATION_PREFIX = 'application:';
const KNOWN: ReadonlySet<unknown> = new Set(Object.values(Scope));

/** What a token itself says that its bearer may do. */
export class Permissions {
  private constructor(
    /** Of the claim `scope`: they count on every resource of their kind. */
    private readonly plain: ReadonlySet<string>,
    /** Of Keycloak's claim `authorization.permissions`. */
    private readonly byResource: ReadonlyMap<string, ReadonlySet<string>>,
  ) {}

  /** Reads them of the claims of a verified token; what is not of the expected form grants nothing. */
  static of(claims: Readonly<Record<string, unknown>>): Permissions {
    const { scope } = claims;
    const plain = typeof scope === 'string' ? scope.split(' ').filter(isKnown) : [];
    const { permissions } = membersOf(claims.authorization);
    const byResource = new Map<string, Set<string>>();
    for (const { rsname, scopes } of (Array.isArray(permissions) ? permissions : []).map(
      membersOf,
    )) {
      if (typeof rsname !== 'string' || !Array.isArray(scopes)) continue;
      const granted = byResource.get(rsname) ?? new Set<string>();
      for (const one of scopes) if (isKnown(one)) granted.add(one);
      if (granted.size > 0) byResource.set(rsname, granted);
    }
    return new Permissions(new Set(plain), byResource);
  }

  include(resource: string, scope: Scope): boolean {
    return (
      (this.plain.has(scope) && isOfKind(resource, scope)) ||
      this.byResource.get(resource)?.has(scope) === true
    );
  }

  /** The applications that they include with a scope. */
  applications(scope: ApplicationScope): Applications {
    if (this.plain.has(scope)) return 'all';
    const names = new Set<string>();
    for (const [resource, scopes] of this.byResource) {
      const name = applicationOf(resource);
      if (name !== undefined && scopes.has(scope)) names.add(name);
    }
    return names;
  }
}

/** Of the others nothing is kept: a token may name any number. */
function isKnown(scope: unknown): scope is Scope {
  return KNOWN.has(scope);
}

/** Whether a scope is one of those that are granted on a resource. */
function isOfKind(resource: string, scope: Scope): boolean {
  if (resource === PLATFORM_RESOURCE) return scope.startsWith('kaa:');
  if (resource === TENANT_RESOURCE) return scope.startsWith('tenant:');
  return scope.startsWith(APPLICATION_PREFIX);
}
