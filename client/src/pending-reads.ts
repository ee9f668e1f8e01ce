import { once } from 'node:events';
import { keyOf } from './address.js';
import { covers, type ReadReason, type ReadScope } from './read-scope.js';

/** Something to read, and why. */
export interface PendingRead {
  scope: ReadScope;
  reason: ReadReason;
}

/**
 * What has to be read: each thing once, however often it was told, and nothing that is part of
 * something wider. It may be read any time; the last reason counts.
 */
export class PendingReads {
  private readonly reads = new Map<string, PendingRead>();
  private readonly changed = new EventTarget();
  private readonly postponed = new Map<string, NodeJS.Timeout>();

  /** @param singleLimit more single configurations than this are read by whole applications */
  constructor(private readonly singleLimit: number) {}

  /** How many there are, also of those that are put off. */
  get size(): number {
    return this.reads.size + this.postponed.size;
  }

  /** Notes something that has changed. */
  add(read: PendingRead): void {
    this.reads.set(textOf(read.scope), read);
    this.changed.dispatchEvent(new Event('added'));
  }

  /** Takes back what could not be read; a reason that has come meanwhile is the better one. */
  putBack(reads: readonly PendingRead[]): void {
    for (const read of reads) if (!this.reads.has(textOf(read.scope))) this.add(read);
  }

  /** Takes back what could not be read and need not be tried for some milliseconds. */
  putOff(reads: readonly PendingRead[], time: number): void {
    for (const read of reads) {
      const key = textOf(read.scope);
      const timer = setTimeout(() => {
        this.postponed.delete(key);
        this.putBack([read]);
      }, time).unref();
      this.postponed.set(key, timer);
    }
  }

  /** Resolves once there is something; rejects when the signal is aborted. */
  async untilSome(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.reads.size === 0) await once(this.changed, 'added', { signal });
  }

  /** All that is there to read, as little and as narrow as can be; it is not here any more then. */
  take(): PendingRead[] {
    const all = this.reads.get('all');
    const reads = all === undefined ? [...this.reads.values()] : [all];
    this.reads.clear();
    // What is read now need not be read again for having been put off.
    for (const { scope } of reads) this.forget(scope);
    const wide = reads.filter(({ scope }) => scope.kind !== 'one');
    const singles = reads.filter(({ scope }) => scope.kind === 'one' && !isWithin(scope, wide));
    if (singles.length <= this.singleLimit) return [...wide, ...singles];
    const widened = [...wide, ...singles.map(wholeApplication)];
    return [...new Map(widened.map((read) => [textOf(read.scope), read])).values()];
  }

  private forget(scope: ReadScope): void {
    const keys = scope.kind === 'all' ? [...this.postponed.keys()] : [textOf(scope)];
    for (const key of keys) {
      clearTimeout(this.postponed.get(key));
      this.postponed.delete(key);
    }
  }
}

function isWithin(scope: ReadScope, wide: readonly PendingRead[]): boolean {
  return scope.kind === 'one' && wide.some((other) => covers(other.scope, scope.address));
}

function wholeApplication({ scope, reason }: PendingRead): PendingRead {
  if (scope.kind !== 'one' || scope.address.level === 'tenant') return { scope, reason };
  return { scope: { kind: 'application', appName: scope.address.appName }, reason };
}

/** The same for the same scope. */
function textOf(scope: ReadScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all';
    case 'tenant':
    case 'tenant-configuration':
      return `${scope.kind} ${scope.tenantId}`;
    case 'application':
      return `applications ${scope.appName}`;
    case 'one':
      return `one ${keyOf(scope.address)}`;
  }
}
