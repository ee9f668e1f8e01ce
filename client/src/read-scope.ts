import { keyOf, type ConfigurationAddress } from './address.js';
import type { Cause } from './events.js';

/** What has to be read anew, at the least. */
export type ReadScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'tenant'; readonly tenantId: string }
  | { readonly kind: 'tenant-configuration'; readonly tenantId: string }
  /** Applications, with all of their versions. */
  | { readonly kind: 'application'; readonly appName: string }
  | { readonly kind: 'one'; readonly address: ConfigurationAddress };

/** Why it has to be read, for those who are told of what comes of it. */
export interface ReadReason {
  readonly cause: Cause;
  /** The message that tells it, if it is a single one. */
  readonly message?: ReadMessage | undefined;
}

/** What is told on of a message. */
export interface ReadMessage {
  readonly correlationId: string;
  /** When it was made, Unix milliseconds. */
  readonly timestamp: number;
  /** Of the one configuration that it is about; undefined if it is about several. */
  readonly single: SingleChange | undefined;
}

/** What a message tells of one configuration. */
export interface SingleChange {
  readonly key: string;
  readonly operation: 'upsert' | 'delete';
  readonly revision: number;
}

/** The message, as far as it tells of that address: others may be found changed with it. */
export function messageFor(
  { message }: ReadReason,
  address: ConfigurationAddress,
): ReadMessage | undefined {
  const key = message?.single?.key;
  return key === undefined || key === keyOf(address) ? message : undefined;
}

/** Whether all that is at the address is within the scope. */
export function covers(scope: ReadScope, address: ConfigurationAddress): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'tenant':
      return address.tenantId === scope.tenantId;
    case 'tenant-configuration':
      return address.level === 'tenant' && address.tenantId === scope.tenantId;
    case 'application':
      // Whoever owns it: the name may be another tenant's by now.
      return address.level !== 'tenant' && address.appName === scope.appName;
    case 'one':
      return false;
  }
}
