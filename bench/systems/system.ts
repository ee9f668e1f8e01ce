/** The systems that are measured: Tekton, and what it is measured against. */
export type SystemName = 'tekton' | 'bare' | 'etcd' | 'unleash';

/** A request as a load generator sends it: all of it made beforehand. */
export interface BenchRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** Somebody who has the newest value of one configuration in hand as soon as it has changed. */
export interface Watcher {
  stop(): Promise<void>;
}

/**
 * A system that holds configurations by number. All of them do the same work: a document is read by its
 * key with a credential, replaced, and whoever watches it gets the new one.
 */
export interface System {
  readonly name: SystemName;
  readonly version: string;
  /** Where it answers, as `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Of the process that answers. */
  readonly pid: number;
  /** Stores these as configurations 0, 1, 2, ... */
  fill(documents: readonly string[]): Promise<void>;
  /** Reads one configuration. */
  read(index: number): BenchRequest;
  /** The same, by one who has the newest value already; undefined if it has no such thing. */
  readUnchanged(index: number): Promise<BenchRequest | undefined>;
  /** Replaces one configuration. */
  write(index: number, document: string): BenchRequest;
  /** Reads all of them in one answer; undefined if it has no such thing. */
  readAll(): BenchRequest | undefined;
  /**
   * Watches one configuration, by a connection of its own.
   * @param inHand takes the text in which the new document is, each time that there is one
   * @returns once it is certain to see the next change
   */
  watch(index: number, inHand: (text: string) => void): Promise<Watcher>;
}

/** What starts a {@link System}. */
export interface SystemContext {
  /** Holds the data and the logs of this run; goes at its end. */
  folder: string;
  /** Tekton's folder, with its package.json. */
  projectRoot: string;
  /** Of a PostgreSQL with default (durable) settings, in which databases may be created. */
  postgresUrl: string;
  natsUrl: string;
  /** Takes each part as soon as it runs: the last one is stopped first, however the run ends. */
  started: (part: { name: string; stop: () => Promise<void> }) => void;
  /** Takes a line about what takes long. */
  report: (line: string) => void;
  /** Aborted when the run is to stop. */
  signal: AbortSignal;
}
