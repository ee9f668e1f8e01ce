import type { ConfigurationAddress } from './address.js';
import { readChanges, type Changes } from './changes-answer.js';
import { readCluster, type ReadConfiguration } from './cluster-answer.js';
import { messageOf, RefusedError, UnavailableError } from './errors.js';
import type { Configuration } from './events.js';
import type { ClientMetrics } from './client-metrics.js';
import { httpGet, retryAfterOf, type HttpAnswer } from './http-answer.js';
import { inTime } from './in-time.js';
import type { JsonFormat, TokenSource } from './options.js';

/** What of a cluster is read at once; nothing: all that is for this service instance. */
export interface Narrowing {
  tenantId?: string;
  appNames?: readonly string[];
  /** Only the documents of these levels. */
  include?: readonly ('tenantConfigs' | 'appConfigs' | 'appVersionConfigs')[];
}

/** All configurations of a part of the cluster, from one snapshot of the database. */
export interface ClusterReading {
  /** Of the last message whose change is in it. */
  position: number;
  configurations: ReadConfiguration[];
}

/** A configuration as it was found. */
export interface Found {
  value: Configuration;
  revision: number;
  /** Strong (RFC 9110, section 8.8.3). */
  etag: string;
}

/** The characters of a bearer token (RFC 6750, section 2.1). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** What {@link TektonApi} needs. */
export interface TektonApiOptions {
  /** Without `/api/v1`. */
  url: string;
  serviceInstanceName: string;
  token: TokenSource | undefined;
  json: JsonFormat;
  /** Milliseconds that Tekton, or the token source, may say nothing. */
  silence: number;
  /** Gives up whatever is asked. */
  signal: AbortSignal;
  metrics: ClientMetrics;
}

/**
 * Tekton's REST API, as far as a service needs it.
 *
 * Every call throws {@link UnavailableError} for what may go by itself, and {@link RefusedError} for
 * what Tekton refuses.
 */
export class TektonApi {
  /** Whether the last request was answered. */
  isReachable = false;

  constructor(private readonly options: TektonApiOptions) {}

  /** `GET /bulk`: all that there is for this service instance, or a part of it. */
  async cluster({
    tenantId,
    appNames = [],
    include = [],
  }: Narrowing = {}): Promise<ClusterReading> {
    const query = new URLSearchParams({ revisions: 'true' });
    if (tenantId !== undefined) query.set('tenantId', tenantId);
    for (const appName of appNames) query.append('appName', appName);
    for (const level of include) query.append('include', level);
    const answer = await this.get('bulk', '/bulk', query);
    const position = numberIn(answer.headers, 'x-position');
    if (!Number.isSafeInteger(position)) throw unusable('/bulk', 'it has no X-Position');
    return { position, configurations: this.parse('/bulk', answer, readCluster) };
  }

  /**
   * `GET /changes`: what was told after a position, oldest first.
   * @returns undefined if not all of that is kept any more
   */
  async changes(
    since: number,
    { limit, wait, signal }: ChangesQuery,
  ): Promise<Changes | undefined> {
    const query = new URLSearchParams({ since: `${since}`, limit: `${limit}` });
    if (wait > 0) query.set('wait', `${wait}`);
    const silence = this.options.silence + wait * 1000;
    const answer = await this.get('changes', '/changes', query, { mayBe: [410], silence, signal });
    return answer.status === 410 ? undefined : this.parse('/changes', answer, readChanges);
  }

  /**
   * One configuration.
   * @param etag of what is known already
   * @returns 'unchanged' if it still has that ETag, 'absent' if there is none
   */
  async configuration(
    address: ConfigurationAddress,
    etag: string | undefined,
  ): Promise<Found | 'unchanged' | 'absent'> {
    const path = pathOf(address);
    const query = new URLSearchParams();
    if (address.level === 'tenant') query.set('tenantId', address.tenantId);
    const headers = etag === undefined ? undefined : { 'if-none-match': etag };
    const answer = await this.get('configuration', path, query, { mayBe: [304, 404], headers });
    if (answer.status === 304) return 'unchanged';
    if (answer.status === 404) return 'absent';
    const found = {
      value: this.parse(path, answer, (value) => value as Configuration),
      revision: numberIn(answer.headers, 'x-revision'),
      // What compresses on the way makes it weak; the document is the same.
      etag: (answer.headers.get('etag') ?? '').replace(/^W\//, ''),
    };
    if (!Number.isSafeInteger(found.revision) || found.etag === '') {
      throw unusable(path, 'it has no X-Revision or no ETag');
    }
    return found;
  }

  private async get(
    what: What,
    path: string,
    query: URLSearchParams,
    { mayBe = [], ...options }: GetOptions = {},
  ): Promise<HttpAnswer> {
    query.set('serviceInstanceName', this.options.serviceInstanceName);
    const url = `${this.options.url}/api/v1${path}?${query.toString()}`;
    let answer = await this.ask(what, url, options, false);
    if (answer.status === 401 && this.options.token !== undefined) {
      answer = await this.ask(what, url, options, true);
    }
    const { status } = answer;
    if (status === 200 || mayBe.includes(status)) return answer;
    const message = `GET ${path} was answered with ${status}: ${messageIn(answer)}`;
    if (status >= 500 || status === 408 || status === 429) {
      throw new UnavailableError(message, retryAfterOf(answer.headers), { status });
    }
    throw new RefusedError(message, status);
  }

  private async ask(
    what: What,
    url: string,
    {
      headers,
      silence = this.options.silence,
      signal = this.options.signal,
    }: Omit<GetOptions, 'mayBe'>,
    renew: boolean,
  ): Promise<HttpAnswer> {
    const { metrics } = this.options;
    try {
      const bearer = await this.bearer(renew, signal);
      const answer = await httpGet(url, { ...headers, ...bearer }, silence, signal);
      this.isReachable = true;
      metrics.read(what, `${answer.status}`);
      return answer;
    } catch (error) {
      if (!signal.aborted) {
        this.isReachable = false;
        metrics.read(what, 'failed');
      }
      throw error;
    }
  }

  private async bearer(renew: boolean, signal: AbortSignal): Promise<Record<string, string>> {
    const { token, silence } = this.options;
    if (token === undefined) return {};
    try {
      const given = Promise.resolve().then(() => token(renew));
      const text = await inTime(given, signal, silence);
      // Whatever refuses it later would show it.
      if (!TOKEN.test(text)) throw new Error('what was given is none (RFC 6750, section 2.1)');
      return { authorization: `Bearer ${text}` };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnavailableError || error instanceof RefusedError) throw error;
      throw new UnavailableError(`No access token: ${messageOf(error)}`, undefined, {
        cause: error,
      });
    }
  }

  private parse<T>(path: string, { text }: HttpAnswer, read: (value: unknown) => T): T {
    try {
      const value = this.options.json.parse(text);
      if (typeof value !== 'object' || value === null) throw new Error('it is no JSON object');
      return read(value);
    } catch (error) {
      throw unusable(path, messageOf(error));
    }
  }
}

/** NaN if it is no number, or missing. */
function numberIn(headers: Headers, name: string): number {
  const text = headers.get(name) ?? '';
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** What Tekton says, or the beginning of what somebody before it says. */
function messageIn({ text }: HttpAnswer): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // A proxy answers with a page.
  }
  return text.slice(0, 200);
}

type What = 'bulk' | 'changes' | 'configuration';

interface GetOptions {
  /** Statuses beside 200 that the caller deals with. */
  mayBe?: readonly number[];
  headers?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the options. */
  silence?: number | undefined;
  /** Gives it up; default: that of the options. */
  signal?: AbortSignal;
}

interface ChangesQuery {
  /** Of entries in the answer. */
  limit: number;
  /** Seconds that Tekton may wait until there is something. */
  wait: number;
  /** Gives it up, also when all is given up. */
  signal: AbortSignal;
}

function pathOf(address: ConfigurationAddress): string {
  if (address.level === 'tenant') return '/tenant-configs';
  const application = `/app-configs/applications/${encodeURIComponent(address.appName)}`;
  if (address.level === 'application') return application;
  return `${application}/app-versions/${encodeURIComponent(address.appVersionName)}`;
}

function unusable(path: string, why: string): UnavailableError {
  const message = `The answer to GET ${path} is not of use: ${why}`;
  return new UnavailableError(message, undefined, { status: 200 });
}
