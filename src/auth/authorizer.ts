import type { Caller } from './caller.js';
import type { Applications } from './permissions.js';
import type { Scope } from './scopes.js';

/**
 * Decides what callers may do with the resources of their own tenant. It knows neither which
 * applications there are nor whose: that is for statements to look at.
 */
export abstract class Authorizer {
  /**
   * Whether the caller has a scope on a resource.
   *
   * @throws {TektonError} UNAVAILABLE if that cannot be found out; UNAUTHENTICATED if the token is
   *   not taken any more
   */
  abstract allows(caller: Caller, resource: string, scope: Scope): boolean | Promise<boolean>;

  /**
   * The applications of the caller's tenant that it may read; names of others may be among them.
   *
   * @throws {TektonError} as `allows`
   */
  abstract readable(caller: Caller): Applications | Promise<Applications>;
}
