import type { Tenant } from '../tenancy/tenant.js';
import { SYSTEM_TENANT } from '../tenancy/tenant.js';
import type { Permissions } from './permissions.js';

/** Who makes a call, as history and the audit line name it. */
export interface Identity {
  /** The tenant whose issuer vouches for the caller. */
  readonly tenantId: string;
  /** What the issuer calls the caller (`sub`). */
  readonly subject: string;
  /** The OAuth client that the caller uses. */
  readonly client: string | null;
}

/** The bearer of a verified access token. */
export interface Caller extends Identity {
  readonly tenant: Tenant;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly permissions: Permissions;
}

/** Everyone, while security is off: the system tenant with all scopes. */
export const TRUSTED_CALLER: Identity = Object.freeze({
  tenantId: SYSTEM_TENANT,
  subject: 'anonymous',
  client: null,
});

/** An identity as statements take it, in one value. */
export function identityValues({ subject, client, tenantId }: Identity): (string | null)[] {
  return [subject, client, tenantId];
}
