/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON. */
  json: () => unknown;
}

export interface CallOptions {
  /** Sent as JSON unless it is text or bytes already. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls the REST API as any client would. */
export class RestClient {
  constructor(
    readonly baseUrl: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** A client that sends these headers with each call. */
  with(headers: Readonly<Record<string, string>>): RestClient {
    return new RestClient(this.baseUrl, { ...this.headers, ...headers });
  }

  get = (path: string, options?: CallOptions) => this.call('GET', path, options);
  post = (path: string, body?: unknown, options?: CallOptions) =>
    this.call('POST', path, { body, ...options });
  put = (path: string, body?: unknown, options?: CallOptions) =>
    this.call('PUT', path, { body, ...options });
  patch = (path: string, body?: unknown, options?: CallOptions) =>
    this.call('PATCH', path, { body, ...options });
  delete = (path: string, options?: CallOptions) => this.call('DELETE', path, options);

  async call(
    method: string,
    path: string,
    { body, headers = {} }: CallOptions = {},
  ): Promise<Answer> {
    const sent =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array
        ? body
        : JSON.stringify(body);
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      ...(sent !== undefined && { body: sent as string }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as unknown,
    };
  }
}
