import type { PlacedChange } from './change.js';

/**
 * How long changes are remembered, in milliseconds. Those of a tenant whose data is removed are gone
 * from the database some minutes later at the earliest, and must not be here then.
 */
const LASTS_MS = 60_000;
/** How many changes are remembered; one that names its tenants counts once for each of them, too. */
const LIMIT = 10_000;

type Remembered = PlacedChange & { readonly at: number };

/** The changes of late: all that there are between two positions, as far as memory is meant for it. */
export class RecentChanges {
  private placed: Remembered[] = [];
  private size = 0;
  private end: number;

  /** @param start the position after which they begin */
  constructor(private start: number) {
    this.end = start;
  }

  /** The position up to which they are known. */
  get position(): number {
    return this.end;
  }

  /** @param placed all between `position` and the new one */
  append(placed: readonly PlacedChange[], position: number): void {
    const at = Date.now();
    for (const one of placed) {
      this.placed.push({ ...one, at });
      this.size += sizeOf(one);
    }
    this.end = position;
    this.forget();
  }

  /** Those after a position; `undefined` if they do not reach back to it, or not yet up to it. */
  after(since: number): PlacedChange[] | undefined {
    this.forget();
    if (since < this.start || since > this.end) return undefined;
    // Who asks has as a rule seen nearly all.
    const seen = this.placed.findLastIndex(({ change }) => change.position <= since);
    return this.placed.slice(seen + 1);
  }

  private forget(): void {
    const oldest = Date.now() - LASTS_MS;
    let dropped = 0;
    for (const one of this.placed) {
      if (this.size <= LIMIT && one.at >= oldest) break;
      this.size -= sizeOf(one);
      this.start = one.change.position;
      dropped++;
    }
    if (dropped > 0) this.placed = this.placed.slice(dropped);
  }
}

function sizeOf({ concernedTenantIds }: PlacedChange): number {
  return 1 + (concernedTenantIds?.size ?? 0);
}
