import { readdirSync, readFileSync } from 'node:fs';
import type { Notification } from 'tekton-client';

const FOLDER = new URL('../../conformance/', import.meta.url);

/** A message as it is on the wire. */
export interface RecordedMessage {
  subject: string;
  headers: Record<string, string>;
  /** Hexadecimal. */
  payload: string;
}

export interface NamedMessage extends RecordedMessage {
  name: string;
  /** What a consumer reads from it; null where nothing is said. */
  says: {
    [Key in keyof Notification]: Exclude<Notification[Key], undefined> | NullIfOptional<Key>;
  };
}

type NullIfOptional<Key extends keyof Notification> = undefined extends Notification[Key]
  ? null
  : never;

/** Where a configuration belongs. */
export interface RecordedAddress {
  tenantId: string;
  appName?: string;
  appVersionName?: string;
}

export interface RecordedConfiguration extends RecordedAddress {
  revision: number;
  document: Record<string, unknown>;
}

/** What Tekton has, from one step on. */
export interface TektonState {
  /** It answers nobody. */
  away?: boolean;
  position?: number;
  /** Nothing before it is kept for `GET /changes`. */
  keptSince?: number;
  configurations?: RecordedConfiguration[];
  changes?: ({ position: number } & Record<string, unknown>)[];
}

export type Step =
  | { tekton: TektonState }
  | { start: true }
  | { message: RecordedMessage }
  | { nats: 'away' | 'back' }
  | { inForce: RecordedConfiguration[] };

export interface RecordedEvent extends RecordedAddress {
  operation: 'upsert' | 'delete';
  revision?: number;
}

export interface Sequence {
  name: string;
  why: string;
  steps: Step[];
  /** What the consumer applies after its start, no more and no less. */
  events: RecordedEvent[];
  eventsInAnyOrder?: boolean;
}

/** A request of a consumer, and what Tekton answers. */
export interface RecordedCall {
  name: string;
  request: { method: string; path: string; headers: Record<string, string> };
  answer: { status: number; headers: Record<string, string>; body: unknown };
}

export function readMessages(): {
  messages: NamedMessage[];
  unreadable: (RecordedMessage & { name: string })[];
} {
  return read('messages.json') as ReturnType<typeof readMessages>;
}

export function readCalls(): { calls: RecordedCall[] } {
  return read('rest.json') as { calls: RecordedCall[] };
}

export function readSequences(): Sequence[] {
  const files = readdirSync(new URL('sequences/', FOLDER));
  return files.sort().map((file) => read(`sequences/${file}`) as Sequence);
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}
