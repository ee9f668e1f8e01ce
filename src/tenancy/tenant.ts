export { TENANT_ID } from '../settings/tenants-option.js';

/** The tenant in which platform-wide operations are authorised; every cluster has it. */
export const SYSTEM_TENANT = 'kaa';

/**
 * One customer of the cluster, with the issuer that vouches for its callers. What others remember
 * of a tenant hangs on the object: one that was changed, or that is to be looked at anew, is
 * another object.
 */
export interface Tenant {
  readonly id: string;
  /** What `iss` of its tokens equals. */
  readonly issuer: string;
  /** Where Tekton finds the issuer, if that is another address. */
  readonly connectUrl?: string | undefined;
  /** Where the issuer's keys are, if its metadata do not say. */
  readonly jwksUri?: string | undefined;
  /** What `aud` of its tokens must contain. */
  readonly audience?: string | undefined;
  /** As whom Tekton asks the issuer. */
  readonly client?: { readonly clientId: string; readonly clientSecret: string } | undefined;
}
