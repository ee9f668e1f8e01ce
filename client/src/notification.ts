/** What a 17/SCMP message, or an entry of `GET /changes`, says. It names what to read, not the value. */
export interface Notification {
  /** `broadcast` goes to all service instances, `targeted` to this one. */
  readonly kind: 'broadcast' | 'targeted';
  readonly operation: 'upsert' | 'delete';
  /** Null: more than one tenant. */
  readonly tenantId: string | null;
  /** Null: the tenant itself, or more than one application. */
  readonly appName: string | null;
  /** Null: the application itself, or more than one version. */
  readonly appVersionName: string | null;
  /** Of the one configuration that it is about; undefined if it may be about several, or none. */
  readonly revision: number | undefined;
  /** In the one order of all messages; undefined if it does not say. */
  readonly position: number | undefined;
  /** Of the call that made the change. */
  readonly correlationId: string;
  /** When the change was told, Unix milliseconds. */
  readonly timestamp: number;
}
