import { observeRequest, type RequestPurpose, type RequestResult } from './request-metrics.js';
import { RemoteError } from './remote-error.js';

/** Bytes of an answer: metadata, keys and tokens have far less. */
const ANSWER_LIMIT = 1024 * 1024;
/** Bytes of an answer that is a list of tenants, resources or permissions. */
export const LIST_LIMIT = 16 * 1024 * 1024;

export interface JsonRequest {
  /** As what it is counted. */
  purpose: RequestPurpose;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  /** Sent as a form. */
  form?: URLSearchParams;
  /** Sent as JSON. */
  json?: unknown;
  /** Within which the whole answer must be there. */
  timeoutMs: number;
  /** Bytes beyond which the answer is not read; 1 MiB if it is not given. */
  limitBytes?: number;
}

export interface JsonAnswer {
  status: number;
  /** `undefined` if there is no body, or if it is not JSON. */
  body: unknown;
}

/**
 * Asks a server for JSON. It is not followed to other places, and is not read beyond a limit.
 *
 * @returns whatever the status
 * @throws {RemoteError} if there is no whole answer in time
 */
export async function requestJson(url: string, request: JsonRequest): Promise<JsonAnswer> {
  const {
    purpose,
    method = 'GET',
    headers = {},
    form,
    json,
    timeoutMs,
    limitBytes = ANSWER_LIMIT,
  } = request;
  const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
  const startedAt = performance.now();
  const observe = (result: RequestResult) => {
    observeRequest(purpose, result, (performance.now() - startedAt) / 1000);
  };
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    const text = await readText(response, limitBytes);
    observe(resultOf(status));
    return { status, body: parse(text) };
  } catch (error) {
    observe(isTimeout(error) ? 'timeout' : 'failed');
    throw new RemoteError(`${withoutQuery(url)} does not answer: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** A part of JSON that should be an object, as one: its members are still to be looked at. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

async function readText(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limitBytes) throw new Error(`more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function resultOf(status: number): RequestResult {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}

function isTimeout(error: unknown): boolean {
  return (error as Error).name === 'TimeoutError';
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return isTimeout(error) ? 'it takes too long' : (cause?.code ?? message);
}

function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}
