import type { NodeConnectionOptions } from '@nats-io/transport-node';
import type { Registry } from 'prom-client';
import { hasClientMetrics } from './client-metrics.js';
import { OptionsError } from './errors.js';
import type { ConfigurationChange } from './events.js';
import { natsOptionsOf } from './nats-options.js';

/** How to get tokens by OAuth 2.0 Client Credentials (RFC 6749, section 4.4). */
export interface ClientCredentials {
  /** The issuer, whose metadata are found below `/.well-known/openid-configuration`. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Separated by spaces; default: what the issuer gives without being asked for any. */
  scope?: string;
}

/**
 * Gives an access token, without `Bearer`. It is called for each request, so it should remember.
 * @param renew the last one was refused: give another
 */
export type TokenSource = (renew: boolean) => string | Promise<string>;

/** Reads and writes JSON; one that keeps large numbers exact can stand in for the built-in one. */
export interface JsonFormat {
  parse(text: string): unknown;
  stringify(value: unknown): string;
}

/** What a {@link TektonClient} needs to know. */
export interface TektonClientOptions {
  /** Where Tekton's API is, without `/api/v1`: `https://tekton:8080`, or `https://kaa.example/tekton`. */
  url: string;
  /** Where NATS is, one URL or several with commas between, or the options of the NATS client. */
  nats: string | NodeConnectionOptions;
  /** The service instance that this is a replica of, such as `epts`. */
  serviceInstanceName: string;
  /** The service instance name of Tekton itself, which its broadcasts carry; default `tekton`. */
  providerInstanceName?: string;
  /** Default: none, for a Tekton with its security off. */
  token?: ClientCredentials | TokenSource;
  /**
   * Takes a change into use. If it throws, or rejects, what was in force before stays so, and the
   * same revision is not offered again. One change at a time; the next one waits.
   */
  apply?: (change: ConfigurationChange) => void | Promise<void>;
  /** Keeps what is in force, for a start while Tekton is away. Nobody else should be able to write it. */
  snapshotFile?: string;
  /** Where the metrics go, no other client's; default: a new one. */
  registry?: Registry;
  /** Default: `JSON`. */
  json?: JsonFormat;
  limits?: Partial<Limits>;
}

/** Times are in milliseconds. */
export interface Limits {
  /** How long a start waits for Tekton before it takes the snapshot; without one it goes on waiting. */
  startTimeout: number;
  /** How long Tekton may be silent within one request, and how long a token may take. */
  requestTimeout: number;
  /** A change is read after a random time up to this one, so that many replicas do not read at once. */
  jitter: number;
  /** Requests for changed configurations at a time. */
  readsAtOnce: number;
  /** More changed configurations than this are read by whole applications rather than one by one. */
  singleReads: number;
  /** How often Tekton is asked whether NATS lost anything, while NATS is there. */
  checkInterval: number;
  /** How many seconds a question for changes waits at Tekton while NATS is away; at most 60. */
  waitSeconds: number;
  /** Changes in one answer; at most 5,000. */
  changesPerAnswer: number;
  /** The first wait after a failure; it doubles with each further one. */
  retryFirst: number;
  /** The longest wait after failures. */
  retryLast: number;
  /** The snapshot is written at most this often, and at the end. */
  snapshotInterval: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  startTimeout: 10_000,
  requestTimeout: 10_000,
  jitter: 50,
  readsAtOnce: 4,
  singleReads: 100,
  checkInterval: 60_000,
  waitSeconds: 50,
  changesPerAnswer: 1000,
  retryFirst: 200,
  retryLast: 10_000,
  snapshotInterval: 5000,
});

const DAY = 86_400_000;

/** What each limit may be, from and to. */
const RANGES: Readonly<Record<keyof Limits, readonly [number, number]>> = {
  startTimeout: [0, DAY],
  requestTimeout: [100, DAY],
  jitter: [0, 60_000],
  readsAtOnce: [1, 100],
  singleReads: [0, 100_000],
  checkInterval: [100, DAY],
  waitSeconds: [1, 60],
  changesPerAnswer: [1, 5000],
  retryFirst: [1, 60_000],
  retryLast: [1, DAY],
  snapshotInterval: [0, DAY],
};

/** As Tekton takes them: they are parts of NATS subjects. */
const INSTANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** The options with all defaults filled in. */
export interface CheckedOptions extends Omit<TektonClientOptions, 'limits'> {
  /** Without a slash at its end. */
  url: string;
  nats: NodeConnectionOptions;
  providerInstanceName: string;
  json: JsonFormat;
  limits: Readonly<Limits>;
}

/** @throws OptionsError with all that is wrong */
export function checkOptions(options: TektonClientOptions): CheckedOptions {
  const faults: string[] = [];
  const { serviceInstanceName, providerInstanceName = 'tekton', token } = options;
  checkUrl('url', options.url, faults);
  for (const [name, value] of Object.entries({ serviceInstanceName, providerInstanceName })) {
    if (typeof value !== 'string' || !INSTANCE_NAME.test(value)) {
      faults.push(`${name} must match ${INSTANCE_NAME.source}, not ${JSON.stringify(value)}`);
    }
  }
  const nats = checkNats(options.nats, faults);
  if (typeof token === 'object') {
    checkUrl('token.issuer', token.issuer, faults);
    for (const name of ['clientId', 'clientSecret'] as const) {
      if (typeof token[name] !== 'string' || token[name] === '') {
        faults.push(`token.${name} is missing`);
      }
    }
  }
  if (options.registry !== undefined && hasClientMetrics(options.registry)) {
    faults.push(
      'registry has the metrics of another client; give each client a registry of its own',
    );
  }
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  checkLimits(limits, faults);
  if (faults.length > 0) throw new OptionsError(faults);
  return {
    ...options,
    url: options.url.replace(/\/+$/, ''),
    nats,
    providerInstanceName,
    json: options.json ?? JSON,
    limits,
  };
}

function checkNats(given: string | NodeConnectionOptions, faults: string[]): NodeConnectionOptions {
  try {
    const options = natsOptionsOf(given);
    if (options.servers === undefined || options.servers.length > 0) return options;
  } catch {
    // Said below. The URL is not shown: there may be a password in it.
  }
  faults.push('nats must be URLs of NATS servers, such as nats://nats:4222');
  return {};
}

function checkUrl(name: string, value: string, faults: string[]): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    // Not shown: there may be a password in it.
    faults.push(`${name} must be an http or https URL`);
  } else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    faults.push(`${name} must not have a user, a query or a fragment`);
  }
}

function checkLimits(limits: Limits, faults: string[]): void {
  const ranges = new Map<string, readonly [number, number]>(Object.entries(RANGES));
  for (const [name, value] of Object.entries(limits)) {
    const range = ranges.get(name);
    if (range === undefined) {
      faults.push(`limits.${name} is not known; there are ${[...ranges.keys()].join(', ')}`);
      continue;
    }
    const [from, to] = range;
    if (!Number.isInteger(value) || value < from || value > to) {
      faults.push(
        `limits.${name} must be a whole number from ${from} to ${to}, not ${String(value)}`,
      );
    }
  }
}
