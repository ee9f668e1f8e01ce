// All that services use of this package.
export { AccessTokens } from './access-tokens.js';
export type { ConfigurationAddress, ConfigurationName, Level } from './address.js';
export type { ClientStatus, ConfigurationInForce } from './client-status.js';
export {
  ClosedError,
  OptionsError,
  RefusedError,
  SnapshotError,
  UnavailableError,
} from './errors.js';
export type {
  Cause,
  Configuration,
  ConfigurationChange,
  Delete,
  Refusal,
  TektonClientEvents,
  Upsert,
} from './events.js';
export { natsOptionsOf } from './nats-options.js';
export type { Notification } from './notification.js';
export {
  Notifications,
  type NotificationListener,
  type NotificationsOptions,
} from './notifications.js';
export {
  DEFAULT_LIMITS,
  type ClientCredentials,
  type JsonFormat,
  type Limits,
  type TektonClientOptions,
  type TokenSource,
} from './options.js';
export { readMessage, type Envelope } from './scmp-records.js';
export { TektonClient } from './tekton-client.js';
