import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, keyOf } from './address.js';
import type { Tell } from './applier.js';
import { BackOff } from './back-off.js';
import type { Changes } from './changes-answer.js';
import type { ClientMetrics } from './client-metrics.js';
import { asError, UnavailableError } from './errors.js';
import type { Notification } from './notification.js';
import type { Limits } from './options.js';
import type { PendingReads } from './pending-reads.js';
import { scopeOf } from './scope-of-notification.js';
import type { TektonApi } from './tekton-api.js';

/** Milliseconds; the longest that a timer takes, 24 days. */
const LONG = 2 ** 31 - 1;

/** An answer that comes sooner, in milliseconds, was not waited for. */
const SHORT_WAIT = 500;

/**
 * Tekton looks through so many positions at a time only where there is much to catch up with, most of it
 * not for this service: there may be more.
 */
const MANY_POSITIONS = 1000;

/**
 * Learns what has changed: from NATS, whose messages may be lost, and from `GET /changes`, which has them
 * all. NATS is fast; what it has missed is asked for whenever it was away, and now and then while it is there. While
 * it is away, Tekton is asked to answer as soon as there is something.
 *
 * The position only moves by what Tekton answers: a message that was received says nothing of those
 * that were lost before it.
 */
export class ChangeFollower {
  private position: number | undefined;
  /** The last messages that were dealt with, however they came: what they were, by their positions. */
  private readonly known = new Map<number, string>();
  /** Messages over NATS since Tekton was asked last. */
  private heard = 0;
  private isNatsThere = false;
  /** How often NATS came, and how often it had come when Tekton was last asked what was missed. */
  private arrivals = 0;
  private askedAtArrival = 0;
  private waking = new AbortController();
  private readonly backOff: BackOff;

  constructor(
    private readonly api: TektonApi,
    private readonly pending: PendingReads,
    private readonly limits: Limits,
    private readonly metrics: ClientMetrics,
    private readonly tell: Tell,
  ) {
    this.backOff = new BackOff(limits.retryFirst, limits.retryLast);
  }

  /** All up to there is in force; undefined while that is not known. */
  get lastPosition(): number | undefined {
    return this.position;
  }

  /** All was read, as of that position. */
  startFrom(position: number): void {
    this.position = position;
    // The database may have been set back, and positions be given again.
    this.known.clear();
    this.wake();
  }

  /** A message came over NATS. */
  hear(notification: Notification): void {
    const { position } = notification;
    if (position !== undefined) {
      const known = this.known.get(position);
      // Sent again after a failure, or told by Tekton before NATS.
      if (known === identityOf(notification)) return;
      if (known !== undefined) {
        this.readAllAgain();
        return;
      }
      this.remember(notification);
      // As many as one answer tells: it is time to ask, so that those need not be known any more.
      if (++this.heard === this.limits.changesPerAnswer) this.wake();
    }
    this.note(notification, 'notification');
  }

  natsIsThere(): void {
    this.isNatsThere = true;
    this.arrivals++;
    this.wake();
  }

  natsIsAway(): void {
    this.isNatsThere = false;
    this.wake();
  }

  /** Works until the signal comes. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', this.wake, { once: true });
    for (;;) {
      if (this.position === undefined) await this.rest(LONG, signal);
      else await this.ask(this.position, signal);
    }
  }

  private async ask(since: number, signal: AbortSignal): Promise<void> {
    // Replicas that lost NATS together do not ask together.
    await sleep(Math.random() * this.limits.jitter, undefined, { signal });
    const { arrivals, isNatsThere, waking } = this;
    const askedAt = performance.now();
    try {
      const changes = await this.api.changes(since, {
        limit: this.limits.changesPerAnswer,
        wait: isNatsThere ? 0 : this.limits.waitSeconds,
        // As soon as NATS is back there is no need to wait any more.
        signal: waking.signal,
      });
      // All was read in the meantime: what was told since then counts.
      if (this.position !== since) return;
      if (changes === undefined) {
        this.readAllAgain();
        return;
      }
      this.catchUp(since, changes, arrivals !== this.askedAtArrival);
      this.askedAtArrival = arrivals;
      const isCut =
        changes.notifications.length >= this.limits.changesPerAnswer ||
        changes.position - since >= MANY_POSITIONS;
      if (this.isNatsThere && this.arrivals === arrivals && !isCut) {
        await this.rest(this.limits.checkInterval * (0.75 + Math.random() / 2), signal);
      } else if (changes.position === since && performance.now() - askedAt < SHORT_WAIT) {
        // Nobody has waited, as behind a proxy that ends such calls: it must not be asked all the time.
        await this.rest(this.backOff.next(), signal);
        return;
      }
      this.backOff.reset();
    } catch (error) {
      signal.throwIfAborted();
      if (waking.signal.aborted) return;
      this.tell('problem', asError(error));
      const atLeast =
        error instanceof UnavailableError ? error.retryAfterMs : this.limits.retryLast;
      await sleep(this.backOff.next(atLeast), undefined, { signal });
    }
  }

  /** @param isAwaited to be told also if nothing was missed */
  private catchUp(from: number, { position, notifications }: Changes, isAwaited: boolean): void {
    const identityAt = ({ position: at = -1 }: Notification) => this.known.get(at);
    const missed = notifications.filter((one) => identityAt(one) !== identityOf(one));
    if (missed.some((one) => identityAt(one) !== undefined)) {
      this.readAllAgain();
      return;
    }
    for (const notification of missed) {
      this.remember(notification);
      this.note(notification, 'changes');
    }
    this.position = position;
    this.heard = 0;
    if (missed.length === 0 && !isAwaited) return;
    this.metrics.caughtUp(missed.length);
    this.tell('caughtUp', { from, to: position, changes: missed.length });
  }

  /** What is known is not of this database any more, or was never: positions are given once. */
  private readAllAgain(): void {
    this.position = undefined;
    this.pending.add({ scope: { kind: 'all' }, reason: { cause: 'read-again' } });
  }

  private note(notification: Notification, cause: 'notification' | 'changes'): void {
    const scope = scopeOf(notification);
    if (scope === undefined) return;
    const { correlationId, timestamp, operation, tenantId, revision } = notification;
    const single =
      revision === undefined || tenantId === null
        ? undefined
        : {
            key: keyOf(addressOf(tenantId, notification.appName, notification.appVersionName)),
            operation,
            revision,
          };
    this.pending.add({
      scope,
      reason: {
        cause: scope.kind === 'all' ? 'read-again' : cause,
        message: { correlationId, timestamp, single },
      },
    });
  }

  private remember(notification: Notification): void {
    this.known.set(notification.position ?? -1, identityOf(notification));
    if (this.known.size <= this.limits.changesPerAnswer * 3) return;
    // A map goes through its members in the order in which they came.
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest);
      return;
    }
  }

  /** Does nothing until it is woken, or for some milliseconds. */
  private async rest(atMost: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await sleep(atMost, undefined, { signal: this.waking.signal }).catch(() => undefined);
    signal.throwIfAborted();
  }

  private readonly wake = (): void => {
    this.waking.abort();
    this.waking = new AbortController();
  };
}

/** What tells a message from another at the same position. */
function identityOf({ correlationId, operation }: Notification): string {
  return `${operation} ${correlationId}`;
}
