import { messageOf, UnavailableError } from './errors.js';

/** An answer of HTTP, read to its end. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Asks by GET, and reads the answer to its end.
 * @param silence milliseconds that the server may say nothing, at first or between parts of the answer
 * @param signal gives it up
 * @throws UnavailableError if there is no whole answer
 */
export async function httpGet(
  url: string,
  headers: Readonly<Record<string, string>>,
  silence: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  // One signal for each request, and listeners that are taken away again: a signal that is made of one
  // that lives long is kept by it.
  const given = new AbortController();
  const giveUp = () => {
    given.abort(signal.reason);
  };
  signal.addEventListener('abort', giveUp, { once: true });
  const timer = setTimeout(() => {
    given.abort(new Error(`it said nothing for ${silence} ms`));
  }, silence);
  try {
    signal.throwIfAborted();
    const response = await fetch(url, {
      headers,
      // Nobody but the server that was named gets the token.
      redirect: 'error',
      signal: given.signal,
    });
    const body = await wholeBody(response, given.signal, () => timer.refresh());
    return { status: response.status, headers: response.headers, text: body.toString('utf8') };
  } catch (error) {
    signal.throwIfAborted();
    const { origin } = new URL(url);
    throw new UnavailableError(`${origin} cannot be reached: ${messageOf(error)}`, undefined, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * What fetch was told of a signal it forgets once the answer has begun and memory was tidied up: the body
 * has to be cancelled by hand.
 * @param heard called with each part
 */
async function wholeBody(
  { body }: Response,
  signal: AbortSignal,
  heard: () => void,
): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const cancel = () => {
    reader.cancel(signal.reason).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const parts: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(parts);
      parts.push(value);
      heard();
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The longest that another end is obeyed who asks to wait, in milliseconds. */
const RETRY_AFTER_MOST = 10 * 60 * 1000;

/** Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3), where it gives seconds. */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  return /^\d+$/.test(value) ? Math.min(Number(value) * 1000, RETRY_AFTER_MOST) : undefined;
}
