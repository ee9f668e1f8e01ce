import type { ConfigurationAddress } from './address.js';
import type { Configuration } from './events.js';

/** How a client is. */
export interface ClientStatus {
  /** Where what is in force comes from: the snapshot, as long as Tekton was not reached since the start. */
  readonly source: 'none' | 'snapshot' | 'tekton';
  /** When the snapshot that is in force was written; undefined where none is. */
  readonly snapshotSavedAt: Date | undefined;
  readonly natsConnected: boolean;
  /** Whether the last request to Tekton was answered. */
  readonly tektonReachable: boolean;
  /** All changes up to there are known; undefined while that is not so. */
  readonly position: number | undefined;
  /** Things that have changed and are not read yet. */
  readonly pending: number;
  /** Configurations in force. */
  readonly configurations: number;
  /** Configurations whose last revision the service has refused. */
  readonly refused: number;
}

/** A configuration that the service works with. */
export interface ConfigurationInForce {
  readonly address: ConfigurationAddress;
  readonly value: Configuration;
  readonly revision: number;
}
