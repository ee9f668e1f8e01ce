import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TektonError } from '../errors/tekton-error.js';
import {
  isExactObject,
  JsonFault,
  parseExact,
  type ExactObject,
  type JsonLimits,
} from '../json/exact-json.js';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH_TYPE = 'application/merge-patch+json';

export interface BodyLimits {
  bytes: number;
  /** The option that sets `bytes`, for messages. */
  bytesOption: string;
  json: JsonLimits;
}

/** What a body is, which its limits depend on: a document, an object of them, or a bulk load. */
export type BodySize = 'single' | 'several' | 'bulk';

/** `type/subtype`, then parameters, RFC 9110 section 8.3.1. */
const CONTENT_TYPE =
  /^\s*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)((?:\s*;\s*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))*)\s*;?\s*$/;
const CHARSET = /;\s*charset=([^;\s]+)/gi;

/** What is still on its way of a body would be read as the next request. */
export const UNREAD_HEADERS = { connection: 'close' } as const;

/** Refuses invalid UTF-8 rather than replacing it; a byte order mark is passed over. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A body that has not been read yet. It is read only once the caller is known to be allowed what
 * it asks: strangers cannot make Tekton hold bodies, and the errors come in the promised order.
 */
export class RequestBody {
  constructor(
    private readonly stream: IncomingMessage | undefined,
    private readonly headers: IncomingHttpHeaders,
    private readonly limits: Readonly<Record<BodySize, BodyLimits>>,
    /** Called with the bytes that come; throws if there is no room for them. */
    private readonly hold: (bytes: number) => void,
  ) {}

  /**
   * Reads the body as a JSON object.
   *
   * @param types the media types that the call takes
   * @throws {TektonError} UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or MALFORMED_BODY
   */
  async readObject(
    types: readonly string[] = [JSON_TYPE],
    size: BodySize = 'single',
  ): Promise<ExactObject> {
    const limits = this.limits[size];
    if (this.stream) this.checkType(types);
    const bytes = this.stream ? await this.readBytes(this.stream, limits) : Buffer.alloc(0);
    if (bytes.length === 0) {
      throw new TektonError('MALFORMED_BODY', 'The body is missing; send a JSON object');
    }
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      throw new TektonError('MALFORMED_BODY', 'The body is not valid UTF-8; send JSON in UTF-8');
    }
    try {
      const value = parseExact(text, limits.json);
      if (isExactObject(value)) return value;
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      throw new TektonError('MALFORMED_BODY', `The body is not valid JSON: ${error.message}`, {
        faults: [{ path: error.pointer, message: error.message }],
      });
    }
    throw new TektonError('MALFORMED_BODY', 'The body must be a JSON object', {
      faults: [{ path: '', message: 'must be an object' }],
    });
  }

  /**
   * Waits for the end of a body that does not matter. A call that was answered as malformed, since
   * its body's framing breaks off, must not have been done.
   *
   * @throws {TektonError} PAYLOAD_TOO_LARGE or MALFORMED_BODY
   */
  async discard(): Promise<void> {
    if (this.stream) await this.readBytes(this.stream, this.limits.single);
  }

  private checkType(types: readonly string[]): void {
    const { 'content-type': contentType = '', 'content-encoding': encoding } = this.headers;
    const [, mediaType = '', parameters = ''] = CONTENT_TYPE.exec(contentType) ?? [];
    if (!types.includes(mediaType.toLowerCase())) {
      const what = contentType === '' ? 'missing' : 'not one of this call';
      throw unsupported(`The content type is ${what}`, types);
    }
    const charsets = [...parameters.matchAll(CHARSET)].map(([, charset = '']) => charset);
    if (!charsets.every((charset) => /^"?utf-8"?$/i.test(charset))) {
      throw unsupported('The character set must be UTF-8', types);
    }
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      throw unsupported('Encoded bodies are not taken; send it without Content-Encoding', types);
    }
  }

  private readBytes(
    stream: IncomingMessage,
    { bytes: limit, bytesOption }: BodyLimits,
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const refuse = (error: TektonError) => {
        stream.removeAllListeners('data').pause();
        reject(error);
      };
      const tooLarge = () => {
        refuse(
          new TektonError(
            'PAYLOAD_TOO_LARGE',
            `The body is larger than ${limit} bytes; the limit is the option ${bytesOption}`,
            { headers: UNREAD_HEADERS },
          ),
        );
      };
      if (Number(this.headers['content-length'] ?? 0) > limit) {
        tooLarge();
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) {
          tooLarge();
          return;
        }
        try {
          this.hold(chunk.length);
          chunks.push(chunk);
        } catch (error) {
          refuse(error as TektonError);
        }
      });
      let hasEnded = false;
      stream.once('end', () => {
        hasEnded = true;
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      });
      stream.once('close', () => {
        if (hasEnded) return;
        reject(new TektonError('MALFORMED_BODY', 'The body ended before its announced length'));
      });
      stream.once('error', (cause) => {
        reject(new TektonError('MALFORMED_BODY', 'The body could not be read', { cause }));
      });
    });
  }
}

function unsupported(what: string, types: readonly string[]): TektonError {
  return new TektonError('UNSUPPORTED_MEDIA_TYPE', `${what}; send ${types.join(' or ')}`, {
    headers: { accept: types.join(', ') },
  });
}

/** The body of a request, not read yet. */
export const BodyOfCall = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return body instanceof RequestBody
    ? body
    : new RequestBody(undefined, {}, NO_LIMITS, () => undefined);
});

/** For a request without a body, which no limit applies to. */
const NO_LIMIT: BodyLimits = { bytes: 0, bytesOption: '', json: { depth: 0, keys: 0 } };
const NO_LIMITS = { single: NO_LIMIT, several: NO_LIMIT, bulk: NO_LIMIT };
