/** What the client does once it has sent everything. */
type Ending = 'wait' | 'close its side' | 'vanish';

/** A request in parts that can be spoiled one by one; texts are sent byte by byte (Latin-1). */
export interface RawRequest {
  method: string;
  path: string;
  /** Such as `limit=5`. */
  query: string[];
  version: string;
  /** Whole lines, such as `host: localhost`. */
  headers: string[];
  body: Buffer | undefined;
  /** Whether the length of the body is said, or the body goes in chunks, or neither. */
  framing: 'length' | 'chunks' | 'none';
  ending: Ending;
}

export function toBytes(request: RawRequest): Buffer {
  const { method, path, query, version, headers, body, framing } = request;
  const target = query.length > 0 ? `${path}?${query.join('&')}` : path;
  const lines = [`${method} ${target} ${version}`, ...headers];
  let payload = body ?? Buffer.alloc(0);
  if (body && framing === 'length') lines.push(`content-length: ${body.length}`);
  if (body && framing === 'chunks') {
    lines.push('transfer-encoding: chunked');
    payload = inChunks(body);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
}

export function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

/** In two, so that no reader can take the first for everything. */
function inChunks(body: Buffer): Buffer {
  const middle = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, middle), body.subarray(middle)];
  return Buffer.concat([
    ...parts.filter(({ length }) => length > 0).map(chunk),
    Buffer.from('0\r\n\r\n'),
  ]);
}

const SHOWN = 4000;

/** A request as a literal of JavaScript that can be sent again as it stands. */
export function show(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  if (text.length <= SHOWN) return text;
  const half = SHOWN / 2;
  return `${text.slice(0, half)}" … ${text.length - SHOWN} characters … "${text.slice(-half)}`;
}
