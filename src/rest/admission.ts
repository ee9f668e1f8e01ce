import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getToken, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge } from 'prom-client';
import { TektonError } from '../errors/tekton-error.js';
import type { Logger } from '../logging/logger.js';
import type { Settings } from '../settings/settings.js';
import { bearableBodyBytes } from './heap-share.js';
import { UNREAD_HEADERS } from './request-body.js';
import { whenGone } from './when-gone.js';

const IN_FLIGHT_NAME = 'tekton_http_requests_in_flight';
const HELD_NAME = 'tekton_http_held_bytes';
const REFUSED_NAME = 'tekton_http_requests_refused_total';

/** Injection tokens of the metrics. */
export const IN_FLIGHT = getToken(IN_FLIGHT_NAME);
export const HELD = getToken(HELD_NAME);
export const REFUSED = getToken(REFUSED_NAME);

export const admissionProviders = [
  makeGaugeProvider({
    name: IN_FLIGHT_NAME,
    help: 'Requests that are being answered, without those that wait for a change',
  }),
  makeGaugeProvider({
    name: HELD_NAME,
    help: 'Bytes of request bodies that are worked on, and of answers that wait to be taken',
    labelNames: ['of'],
  }),
  makeCounterProvider({
    name: REFUSED_NAME,
    help: 'Requests that were answered with 503 as there was no room for them, by what was full',
    labelNames: ['reason'],
  }),
];

const RETRY_AFTER_SECONDS = 1;
/** How often it is logged that there is no room, whatever the number of requests. */
const LOG_INTERVAL_MS = 10_000;

/** What there is room for: the option that says how much, and what is full when it is. */
const ROOMS = {
  requests: { option: 'http.requests-limit', full: 'Too many requests are being answered' },
  bodies: { option: 'http.bodies-limit', full: 'Too many bodies of requests are being worked on' },
  answers: { option: 'http.answers-limit', full: 'Too many answers are being sent' },
} as const;

type Room = keyof typeof ROOMS;

/**
 * What bodies up to `http.body-limit` get beyond the room for all, as a part of that: however much the
 * bulk loads of a few hold, others can change a configuration. The heap bears it: see heap-share.ts.
 */
const SHARE_OF_SMALL_BODIES = 1 / 8;

/** There is no room for a request. It is logged now and then rather than each time. */
export class OverloadError extends TektonError {
  constructor(message: string, headers: Readonly<Record<string, string>>) {
    super('UNAVAILABLE', message, { headers });
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request is admitted. */
    place?: Place;
  }
}

/**
 * How much Tekton takes on at a time. More would only be answered later for everybody, until it is
 * too late for all: whoever comes beyond it is asked at once to come again (RFC 9110, section
 * 15.6.4), and costs next to nothing.
 */
export class Admission {
  private readonly used: Record<Room, number> = { requests: 0, bodies: 0, answers: 0 };
  private readonly limits: Readonly<Record<Room, number>>;
  private readonly smallBody: number;
  private refusals = 0;
  private loggedAt = -Infinity;

  constructor(
    settings: Settings,
    private readonly metrics: { inFlight: Gauge; held: Gauge; refused: Counter },
    private readonly logger: Logger,
  ) {
    this.limits = {
      requests: settings['http.requests-limit'],
      bodies: Math.min(settings['http.bodies-limit'], bearableBodyBytes()),
      answers: settings['http.answers-limit'],
    };
    this.smallBody = settings['http.body-limit'];
  }

  /**
   * Gives a request its place, until it is answered.
   *
   * @throws {OverloadError} if there is none
   */
  admit(response: ServerResponse, socket: Socket): Place {
    if (!this.take('requests', 1)) throw this.refusal('requests');
    return new Place(this, response, socket);
  }

  /** @returns whether there was room */
  take(room: Room, amount: number, limit = this.limits[room]): boolean {
    const isFull = this.used[room] + amount > limit;
    // One that is larger than all the room there is would never be sent.
    if (isFull && (room !== 'answers' || this.used.answers > 0)) return false;
    this.use(room, amount);
    return true;
  }

  /**
   * @param size of what there is of the body with these bytes
   * @returns whether there was room
   */
  takeBody(bytes: number, size: number): boolean {
    const share = size > this.smallBody ? 0 : SHARE_OF_SMALL_BODIES;
    return this.take('bodies', bytes, this.limits.bodies * (1 + share));
  }

  give(room: Room, amount: number): void {
    this.use(room, -amount);
  }

  refusal(room: Room): OverloadError {
    const { full, option } = ROOMS[room];
    this.metrics.refused.inc({ reason: room });
    this.refusals++;
    this.log();
    return new OverloadError(`${full}; try again (the option ${option})`, {
      'retry-after': String(RETRY_AFTER_SECONDS),
      ...(room === 'bodies' && UNREAD_HEADERS),
    });
  }

  private use(room: Room, amount: number): void {
    const used = (this.used[room] += amount);
    if (room === 'requests') this.metrics.inFlight.set(used);
    else this.metrics.held.set({ of: room }, used);
  }

  private log(): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_INTERVAL_MS) return;
    this.logger.warn({ refused: this.refusals }, 'There is no room for all requests; some get 503');
    this.loggedAt = now;
    this.refusals = 0;
  }
}

/** What a request holds until nothing of it is left: it is worked on also when its caller is gone. */
export class Place {
  private isInRoom = true;
  private isAnswered = false;
  private isGone = false;
  private bodyBytes = 0;
  private answerBytes = 0;

  constructor(
    private readonly admission: Admission,
    response: ServerResponse,
    socket: Socket,
  ) {
    whenGone(response, socket, () => {
      this.isGone = true;
      this.endIfOver();
    });
  }

  /** Its answer is made; it holds its place until that is sent. */
  answered(): void {
    this.isAnswered = true;
    this.endIfOver();
  }

  /** Leaves room for another request: this one only waits, and is counted where it does. */
  leave(): void {
    if (!this.isInRoom) return;
    this.isInRoom = false;
    this.admission.give('requests', 1);
  }

  /** @throws {OverloadError} */
  holdBody(bytes: number): void {
    if (!this.admission.takeBody(bytes, this.bodyBytes + bytes)) {
      throw this.admission.refusal('bodies');
    }
    this.bodyBytes += bytes;
  }

  /** @throws {OverloadError} */
  holdAnswer(bytes: number): void {
    if (!this.admission.take('answers', bytes)) throw this.admission.refusal('answers');
    this.answerBytes += bytes;
  }

  private endIfOver(): void {
    if (!this.isGone || !this.isAnswered) return;
    this.leave();
    if (this.bodyBytes > 0) this.admission.give('bodies', this.bodyBytes);
    if (this.answerBytes > 0) this.admission.give('answers', this.answerBytes);
    this.bodyBytes = this.answerBytes = 0;
  }
}
