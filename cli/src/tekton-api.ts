import type { TokenSource } from 'tekton-client';
import { CommandError } from './command-error.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readFaults } from './faults.js';

/** What {@link TektonApi} needs. */
export interface TektonApiOptions {
  /** Without `/api/v1`. */
  url: string;
  token: TokenSource | undefined;
  /** Milliseconds until an answer begins. */
  timeout: number;
  /** Ends all requests. */
  signal: AbortSignal;
}

/** An answer stopped in its middle. */
class SilenceError extends Error {}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What of a request is not always the same. */
export interface Request {
  query?: Query;
  headers?: Readonly<Record<string, string | undefined>>;
  /** JSON. */
  body?: string | ReadableStream<Uint8Array>;
  contentType?: string;
  /** Milliseconds until an answer begins; default: as for all. */
  timeout?: number;
}

/** The REST API of Tekton. */
export class TektonApi {
  private readonly base: string;
  /** How each answer is given up before its end. */
  private readonly givingUp = new WeakMap<Response, AbortController>();

  constructor(private readonly options: TektonApiOptions) {
    this.base = `${options.url.replace(/\/+$/, '')}/api/v1`;
  }

  /**
   * @param path below `/api/v1`, encoded
   * @returns an answer of success, its body not read yet
   * @throws {CommandError} whatever else comes of it
   */
  async request(method: string, path: string, request: Request = {}): Promise<Response> {
    const { query = {}, timeout = this.options.timeout } = request;
    const url = new URL(this.base + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const token = await this.options.token?.(false);
    const response = await this.send(url, timeout, {
      method,
      headers: headersOf(request, token),
      // A token is not for wherever somebody else points to.
      redirect: 'manual',
      ...(request.body !== undefined && { body: request.body, duplex: 'half' }),
    });
    if (response.ok) return response;
    throw await this.refusal(response);
  }

  /** The text of the answer. */
  async text(method: string, path: string, request?: Request): Promise<string> {
    return this.whole(await this.request(method, path, request));
  }

  /** Reads an answer to its end. */
  async whole(response: Response): Promise<string> {
    const silence = this.watch(response);
    try {
      return await response.text();
    } catch (error) {
      throw this.failure(error);
    } finally {
      silence.end();
    }
  }

  /** Gives an answer up in the middle of which nothing is heard for as long as one may take to begin. */
  watch(response: Response): { heard: () => void; end: () => void } {
    const { timeout } = this.options;
    const timer = setTimeout(() => {
      this.givingUp.get(response)?.abort(new SilenceError(`nothing came for ${timeout / 1000} s`));
    }, timeout);
    return {
      heard: () => timer.refresh(),
      end: () => {
        clearTimeout(timer);
      },
    };
  }

  /** What has come of a request, or of an answer that was not whole. */
  failure(error: unknown): unknown {
    const { url, signal } = this.options;
    if (signal.aborted) return signal.reason;
    if (error instanceof CommandError) return error;
    return new CommandError(
      `Tekton at ${url} cannot be reached: ${reasonOf(error)}. Is it running, and is the URL right (--url, TEKTON_URL)?`,
      EXIT.unavailable,
      undefined,
      { cause: error },
    );
  }

  private async send(url: URL, timeout: number, init: RequestInit): Promise<Response> {
    const { signal } = this.options;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, timeout);
    try {
      const response = await fetch(url, {
        ...init,
        signal: AbortSignal.any([signal, late.signal]),
      });
      this.givingUp.set(response, late);
      return response;
    } catch (error) {
      if (!late.signal.aborted || signal.aborted) throw this.failure(error);
      throw new CommandError(
        `Tekton at ${this.options.url} did not answer within ${timeout / 1000} s (--timeout)`,
        EXIT.unavailable,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  private async refusal(response: Response): Promise<CommandError> {
    const { status, headers } = response;
    const text = await this.whole(response);
    const correlationId = headers.get('x-correlation-id') ?? undefined;
    const { message, faults } = readFaults(text) ?? this.foreign(response);
    return new CommandError(message + this.hint(status), exitCodeOf(status), {
      status,
      faults,
      correlationId,
    });
  }

  /** What answers is not Tekton, or something before it. */
  private foreign({ status, statusText, headers }: Response): { message: string; faults: [] } {
    const location = headers.get('location');
    const message =
      location === null
        ? `${this.options.url} answered ${status} ${statusText}, and not as Tekton does: is the URL right (--url, TEKTON_URL)?`
        : `${this.options.url} points to ${location}: give that URL (--url, TEKTON_URL)`;
    return { message, faults: [] };
  }

  private hint(status: number): string {
    if (status !== 401) return '';
    return this.options.token === undefined
      ? '. Give a token by TEKTON_TOKEN, or call: tekton login'
      : '. Get another one: tekton login, or TEKTON_TOKEN';
  }
}

function headersOf(request: Request, token: string | undefined): Record<string, string> {
  const { body, contentType = 'application/json', headers = {} } = request;
  return {
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': contentType }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.denied;
  if (status === 404 || status === 410) return EXIT.missing;
  if ([408, 429, 502, 503, 504].includes(status)) return EXIT.unavailable;
  return status >= 400 && status < 500 ? EXIT.refused : EXIT.unexpected;
}

/** The deepest cause says most: `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
