import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Signals } from '../database/signals.js';
import { TektonError } from '../errors/tekton-error.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { PLACED_CHANNEL } from '../outbox/placed-channel.js';
import { answerFrom, type ChangesQuery } from './change.js';
import { ChangeStore } from './change-store.js';
import type { ChangesDto } from './changes.dto.js';
import { RecentChanges } from './recent-changes.js';
import { Waiters, type Waiter } from './waiters.js';

/** After which the feed rests, if nobody has asked it for anything. */
const RESTS_AFTER_MS = 60_000;
const READ_AT_A_TIME = 250;
const RETRY_MS = 1000;
/**
 * After which the feed looks by itself when somebody begins to wait: a signal may be lost, and a
 * version before this one does not send any.
 */
const LOOKS_AFTER_MS = 5000;

/** Who waits, and how long: until then, or until the caller is gone. */
export interface Patience {
  /** Whose issuer vouches for the caller. */
  readonly callerTenant: string;
  /** By the clock of this process, in milliseconds. */
  readonly until: number;
  readonly gone: AbortSignal;
  /** Called when there is nothing to do but wait. */
  readonly onWait: () => void;
}

/**
 * Follows what is placed, whichever replica does so, and tells the calls of this one that wait for
 * it: a read of the database serves them all, and none is made while nothing happens. It rests while
 * nobody asks for anything.
 *
 * Nothing is missed, since whatever is placed is either found by the statement that a call begins
 * with, or by a read of the feed that began later: the feed reads once when it wakes up, from where
 * the first call found the end to be, and then at each signal.
 */
@Injectable()
export class ChangeFeed implements OnModuleDestroy {
  /** `undefined` while the feed rests. */
  private recent: RecentChanges | undefined;
  private isBehind = false;
  private isReading = false;
  private stopping = false;
  private newestSignal = 0;
  private usedAt = 0;
  private readAt = 0;

  constructor(
    private readonly store: ChangeStore,
    private readonly waiters: Waiters,
    signals: Signals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    signals.on(PLACED_CHANNEL, (payload) => {
      this.onSignal(payload);
    });
  }

  /** Before connections are closed, which is waited for, all that wait are answered. */
  onModuleDestroy(): void {
    this.stopping = true;
    this.waiters.endAll((waiter) => this.nothingFor(waiter));
  }

  /** Up to where changes were read; `undefined` while the feed rests. */
  get position(): number | undefined {
    return this.recent?.position;
  }

  /** Answers from memory; `undefined` if that does not reach. */
  answer(query: ChangesQuery): ChangesDto | undefined {
    this.usedAt = Date.now();
    const placed = this.recent?.after(query.since);
    return placed && this.recent && answerFrom(placed, query, this.recent.position);
  }

  /**
   * Waits for something after `since` of the query, up to which all there is was looked at.
   *
   * @returns an answer, which is empty if there was nothing in time; `undefined` if the database
   *   must be asked anew
   * @throws {TektonError} UNAVAILABLE if too many wait
   */
  async wait(query: ChangesQuery, patience: Patience): Promise<ChangesDto | undefined> {
    if (this.stopping) return { position: query.since, changes: [] };
    patience.onWait();
    this.usedAt = Date.now();
    this.recent ??= this.wakeUp(query.since);
    const isAhead = query.since > this.recent.position;
    if (isAhead || Date.now() - this.readAt > LOOKS_AFTER_MS) this.catchUp();
    if (!isAhead) {
      // What came between the look at the database and now.
      const answer = this.answer(query);
      if (!answer || answer.changes.length > 0) return answer;
    }
    return this.join(query, patience);
  }

  /**
   * Starts anew, and has all that wait ask the database: it is not the one of before, or has
   * dropped what was not read yet.
   */
  restart(): void {
    this.recent = undefined;
    this.waiters.endAll(() => undefined);
  }

  private wakeUp(position: number): RecentChanges {
    const recent = new RecentChanges(position);
    this.recent = recent;
    // Signals were not followed until now.
    this.catchUp();
    return recent;
  }

  private join(
    query: ChangesQuery,
    { callerTenant, until, gone }: Patience,
  ): Promise<ChangesDto | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        callerTenant,
        query,
        end: (answer) => {
          clearTimeout(timer);
          gone.removeEventListener('abort', leave);
          resolve(answer);
        },
      };
      const leave = () => {
        this.waiters.end(waiter, this.nothingFor(waiter));
      };
      this.waiters.add(waiter);
      const timer = setTimeout(leave, until - Date.now());
      gone.addEventListener('abort', leave);
      if (gone.aborted) leave();
    });
  }

  private nothingFor({ query: { since } }: Waiter): ChangesDto {
    return { position: Math.max(since, this.recent?.position ?? 0), changes: [] };
  }

  private onSignal(payload: string | undefined): void {
    if (!this.recent) return;
    if (this.waiters.size === 0 && Date.now() - this.usedAt > RESTS_AFTER_MS) {
      this.recent = undefined;
      return;
    }
    const position = payload === undefined ? undefined : Number(payload);
    // A read may have been ahead of signals. That they go back shows another database.
    const isKnown =
      position !== undefined && position >= this.newestSignal && position <= this.recent.position;
    if (position !== undefined) this.newestSignal = position;
    if (!isKnown) this.catchUp();
  }

  private catchUp(): void {
    this.isBehind = true;
    if (!this.isReading) void this.readAll();
  }

  /** Reads until nothing more is known to be there; one at a time. */
  private async readAll(): Promise<void> {
    this.isReading = true;
    while (this.isBehind && this.recent && !this.stopping) {
      this.isBehind = false;
      try {
        await this.readSome(this.recent);
      } catch (error) {
        if (error instanceof TektonError && error.code === 'POSITION_GONE') {
          this.restart();
        } else {
          this.isBehind = true;
          this.logger.debug({ err: error }, 'What was changed cannot be read right now');
          await sleep(RETRY_MS, undefined, { ref: false });
        }
      }
    }
    this.isReading = false;
  }

  private async readSome(recent: RecentChanges): Promise<void> {
    this.readAt = Date.now();
    const { placed, position, lastPosition } = await this.store.readAll(
      recent.position,
      READ_AT_A_TIME,
    );
    // It was started anew in the meantime.
    if (this.recent !== recent) return;
    if (position < lastPosition) this.isBehind = true;
    recent.append(placed, position);
    this.waiters.tell(placed, position);
  }
}
