import type { ConfigurationAddress } from './address.js';
import type { Notification } from './notification.js';

/** A configuration: a JSON object, frozen, as `JSON.parse` (or the `json` of the options) makes it. */
export type Configuration = Readonly<Record<string, unknown>>;

/**
 * Why something was read: the service starts; a message came over NATS; `GET /changes` told it; all
 * was read anew (as Tekton asked for, or because too much had been missed); the file of an earlier run.
 */
export type Cause = 'start' | 'notification' | 'changes' | 'read-again' | 'snapshot';

interface ChangeBase {
  readonly address: ConfigurationAddress;
  /** What was in force before; undefined if nothing was. */
  readonly previous: Configuration | undefined;
  readonly previousRevision: number | undefined;
  readonly cause: Cause;
  /** Of the call that made the change, where a single message told it. */
  readonly correlationId: string | undefined;
}

/** A configuration is there or is another one. */
export interface Upsert extends ChangeBase {
  readonly type: 'upsert';
  readonly value: Configuration;
  readonly revision: number;
}

/** A configuration is there no more. */
export interface Delete extends ChangeBase {
  readonly type: 'delete';
  readonly value: undefined;
  /** Of the deletion, where a single message told it. */
  readonly revision: number | undefined;
}

export type ConfigurationChange = Upsert | Delete;

/** A change that the service did not take: what was in force stays so. */
export interface Refusal {
  readonly change: ConfigurationChange;
  /** What `apply` threw. */
  readonly error: unknown;
}

/** The events of a client, with what their listeners are given. */
export interface TektonClientEvents {
  /** A configuration is in force that was not, after `apply`. */
  upsert: [change: Upsert];
  /** A configuration is in force no more, after `apply`. */
  delete: [change: Delete];
  /** `apply` threw; told once for each revision. */
  refused: [refusal: Refusal];
  /** A message came over NATS; what it tells is not read yet. */
  notification: [notification: Notification];
  /** All was loaded from Tekton: at the start, and whenever it had to be read anew. */
  loaded: [loaded: { configurations: number; position: number; cause: 'start' | 'read-again' }];
  /** Tekton is away: the configurations of an earlier run are in force. */
  snapshot: [snapshot: { savedAt: Date; ageMs: number; configurations: number }];
  /** `GET /changes` told what had been missed. */
  caughtUp: [missed: { from: number; to: number; changes: number }];
  /** NATS is there, at first or anew, and the subscriptions with it. */
  connected: [];
  /** NATS is away; changes are learned from Tekton by `GET /changes` until it is back. */
  disconnected: [];
  /** Something failed that is tried again, or that somebody has to look at. */
  problem: [problem: Error];
}
