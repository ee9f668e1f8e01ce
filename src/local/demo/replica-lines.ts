/** Why a replica has read something, as the client library names it. */
export type Cause = 'start' | 'notification' | 'changes' | 'read-again' | 'snapshot';

/** What a configuration is for. */
export interface Address {
  level: 'tenant' | 'application' | 'appversion';
  tenantId: string;
  appName?: string;
  appVersionName?: string;
}

/** A line of JSON that a replica prints; which fields are there depends on the event. */
export interface ReplicaLine {
  /** Unix milliseconds, with fractions. */
  at: number;
  event:
    | 'applied'
    | 'refused'
    | 'loaded'
    | 'snapshot'
    | 'caught-up'
    | 'connected'
    | 'disconnected'
    | 'problem'
    | 'listening'
    | 'stopped';
  /** Of what was applied or refused. */
  type?: 'upsert' | 'delete';
  address?: Address;
  revision?: number;
  cause?: Cause;
  /** Why it was refused. */
  why?: string;
  /** Of a problem. */
  message?: string;
  /** How many were loaded. */
  configurations?: number;
  /** How many were missed. */
  changes?: number;
  /** Where it listens. */
  url?: string;
}

/** What the replica printed, if it is one of its lines. */
export function parseReplicaLine(text: string): ReplicaLine | undefined {
  try {
    return JSON.parse(text) as ReplicaLine;
  } catch {
    // A warning of Node.js, or a stack.
    return undefined;
  }
}

/** The address for a reader, and as a key: `appversion smart_kettle-v1`. */
export function nameOf({ level, tenantId, appName, appVersionName }: Address): string {
  return `${level} ${appVersionName ?? appName ?? tenantId}`;
}
