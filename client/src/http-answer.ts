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
    const parts: Uint8Array[] = [];
    for await (const part of response.body ?? []) {
      parts.push(part as Uint8Array);
      timer.refresh();
    }
    const text = Buffer.concat(parts).toString('utf8');
    return { status: response.status, headers: response.headers, text };
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

/** Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3), where it gives seconds. */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
