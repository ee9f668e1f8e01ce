import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import { TektonError } from '../errors/tekton-error.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { answerFrom, type ChangesQuery, type PlacedChange } from './change.js';
import type { ChangesDto } from './changes.dto.js';

const WAITING = 'tekton_changes_waiting';
const RETRY_AFTER_SECONDS = 1;

/** How many are answered before the process does something else, such as sending the answers. */
const ANSWERED_AT_A_TIME = 100;

export const waitingGaugeProvider = makeGaugeProvider({
  name: WAITING,
  help: 'Calls that wait for a change',
});

/** A call that waits for a change. */
export interface Waiter {
  readonly query: ChangesQuery;
  /** @param answer none if it must ask the database anew */
  readonly end: (answer: ChangesDto | undefined) => void;
}

/** The calls that wait for a change, by the instance whose messages they ask for. */
@Injectable()
export class Waiters {
  private readonly groups = new Map<string | undefined, Set<Waiter>>();
  private count = 0;
  private readonly limit: number;

  constructor(
    @InjectMetric(WAITING) private readonly gauge: Gauge,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.limit = settings['changes.waiting-limit'];
  }

  get size(): number {
    return this.count;
  }

  /** @throws {TektonError} UNAVAILABLE if there are too many */
  add(waiter: Waiter): void {
    if (this.count >= this.limit) {
      throw new TektonError(
        'UNAVAILABLE',
        `${this.limit} calls wait for changes already; try again, or ask without wait (the option changes.waiting-limit)`,
        { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      );
    }
    const { serviceInstanceName } = waiter.query;
    const group = this.groups.get(serviceInstanceName) ?? new Set();
    this.groups.set(serviceInstanceName, group.add(waiter));
    this.count++;
    this.gauge.inc();
  }

  /** Ends a wait, unless it is over already. */
  end(waiter: Waiter, answer: ChangesDto | undefined): void {
    if (this.remove(waiter)) waiter.end(answer);
  }

  /** Ends all waits. */
  endAll(answerOf: (waiter: Waiter) => ChangesDto | undefined): void {
    for (const group of this.groups.values()) {
      for (const waiter of group) this.end(waiter, answerOf(waiter));
    }
  }

  /**
   * Ends the waits of those whom something new concerns. Whoever is left waits for what comes after
   * the position, when this returns; the answers themselves go out in turns.
   */
  tell(placed: readonly PlacedChange[], position: number): void {
    const told: [Waiter, ChangesDto][] = [];
    for (const [name, group] of this.groups) {
      const concerning = placed.filter(
        ({ change: { serviceInstanceName } }) =>
          name === undefined || serviceInstanceName === null || serviceInstanceName === name,
      );
      if (concerning.length === 0) continue;
      for (const waiter of group) {
        const answer = answerFrom(concerning, waiter.query, position);
        if (answer.changes.length === 0) continue;
        this.remove(waiter);
        told.push([waiter, answer]);
      }
    }
    void answerInTurns(told);
  }

  private remove(waiter: Waiter): boolean {
    const isThere = this.groups.get(waiter.query.serviceInstanceName)?.delete(waiter) === true;
    if (isThere) {
      this.count--;
      this.gauge.dec();
    }
    return isThere;
  }
}

async function answerInTurns(told: readonly (readonly [Waiter, ChangesDto])[]): Promise<void> {
  for (const [index, [waiter, answer]] of told.entries()) {
    if (index > 0 && index % ANSWERED_AT_A_TIME === 0) await nextTurn();
    waiter.end(answer);
  }
}
