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
  /** Whose issuer vouches for the caller. */
  readonly callerTenant: string;
  readonly query: ChangesQuery;
  /** @param answer none if it must ask the database anew */
  readonly end: (answer: ChangesDto | undefined) => void;
}

/** The calls that wait for a change, by the instance whose messages they ask for. */
@Injectable()
export class Waiters {
  private readonly groups = new Map<string | undefined, Set<Waiter>>();
  private readonly countByTenant = new Map<string, number>();
  private count = 0;
  private readonly limit: number;
  private readonly tenantLimit: number;

  constructor(
    @InjectMetric(WAITING) private readonly gauge: Gauge,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.limit = settings['changes.waiting-limit'];
    this.tenantLimit = settings['changes.tenant-waiting-limit'];
  }

  get size(): number {
    return this.count;
  }

  /** @throws {TektonError} UNAVAILABLE if there are too many, of all or of one tenant */
  add(waiter: Waiter): void {
    const { callerTenant } = waiter;
    const ofTenant = this.countByTenant.get(callerTenant) ?? 0;
    if (this.count >= this.limit) throw tooMany(this.limit, 'changes.waiting-limit');
    if (ofTenant >= this.tenantLimit) {
      throw tooMany(this.tenantLimit, 'changes.tenant-waiting-limit', ' of your tenant');
    }
    this.countByTenant.set(callerTenant, ofTenant + 1);
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
    const { callerTenant, query } = waiter;
    if (this.groups.get(query.serviceInstanceName)?.delete(waiter) !== true) return false;
    this.count--;
    this.gauge.dec();
    const ofTenant = this.countByTenant.get(callerTenant) ?? 0;
    if (ofTenant > 1) this.countByTenant.set(callerTenant, ofTenant - 1);
    else this.countByTenant.delete(callerTenant);
    return true;
  }
}

function tooMany(limit: number, option: string, whose = ''): TektonError {
  return new TektonError(
    'UNAVAILABLE',
    `${limit} calls${whose} wait for changes already; try again, or ask without wait (the option ${option})`,
    { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );
}

async function answerInTurns(told: readonly (readonly [Waiter, ChangesDto])[]): Promise<void> {
  for (const [index, [waiter, answer]] of told.entries()) {
    if (index > 0 && index % ANSWERED_AT_A_TIME === 0) await nextTurn();
    waiter.end(answer);
  }
}
