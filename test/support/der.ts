/** Parts of DER (ITU-T X.690), as many as certificates need. */

const CONSTRUCTED = 0x20;
const CONTEXT = 0x80;

export function join(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = join(...parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return join(Buffer.from([tag, ...size]), content);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => tagged(0x31, ...parts);
export const octets = (content: Buffer): Buffer => tagged(0x04, content);
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));

/** @param content most significant byte first */
export const integer = (content: Buffer): Buffer => tagged(0x02, content);

/** A string of whole bytes. */
export const bits = (content: Buffer): Buffer => tagged(0x03, Buffer.from([0]), content);

export function context(number: number, content: Buffer, { constructed = true } = {}): Buffer {
  return tagged(CONTEXT | (constructed ? CONSTRUCTED : 0) | number, content);
}

/** @param dotted such as `1.2.840` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let rest = number >> 7; rest > 0; rest >>= 7) digits.unshift(0x80 | (rest & 0x7f));
  return digits;
}

/** @param at milliseconds since 1970 */
export function utcTime(at: number): Buffer {
  const text = new Date(at)
    .toISOString()
    .replace(/^..(..)-(..)-(..)T(..):(..):(..).*$/, '$1$2$3$4$5$6Z');
  return tagged(0x17, Buffer.from(text));
}
