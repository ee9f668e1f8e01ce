/**
 * JSON text (RFC 8259) read without loss: numbers, strings and the order of members stay as they
 * were written, which `JSON.parse` cannot promise (it rounds numbers and moves integer-like keys).
 */

/** A number, string, `true`, `false` or `null`, as its JSON text. */
export type ExactScalar = string;
export type ExactArray = ExactValue[];
/** Members in the order they were written, by their unescaped name. */
export type ExactObject = Map<string, ExactMember>;
export type ExactValue = ExactScalar | ExactArray | ExactObject;

export interface ExactMember {
  /** The name as it was written, with its quotes and escapes. */
  writtenName: string;
  value: ExactValue;
}

export interface JsonLimits {
  /** How many objects and arrays may lie in each other. */
  depth: number;
  /** How many members all objects of a text may have together. */
  keys: number;
}

/** What is wrong with a JSON text, and where. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';

  constructor(
    message: string,
    /** JSON Pointer (RFC 6901) of the value that was being read. */
    readonly pointer: string,
  ) {
    super(message);
  }
}

const STRING_RUN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

class ExactJsonReader {
  private at = 0;
  private depth = 0;
  private keys = 0;
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  readDocument(): ExactValue {
    this.skipWhitespace();
    if (this.at === this.text.length) {
      throw this.fault('There is no JSON value: the text is empty');
    }
    const value = this.readValue();
    this.skipWhitespace();
    if (this.at < this.text.length) {
      throw this.fault(`Expected the end of the text, found ${this.found()}`);
    }
    return value;
  }

  private readValue(): ExactValue {
    switch (this.text.charCodeAt(this.at)) {
      case OPEN_BRACE:
        return this.readObject();
      case OPEN_BRACKET:
        return this.readArray();
      case QUOTE:
        return this.readString();
      default:
        return this.readNumberOrWord();
    }
  }

  private readObject(): ExactObject {
    const members: ExactObject = new Map();
    this.enter();
    if (this.skipWhitespace() === CLOSE_BRACE) {
      this.leave();
      return members;
    }
    for (;;) {
      if (this.text.charCodeAt(this.at) !== QUOTE) {
        throw this.fault(`Expected a member's name in double quotes, found ${this.found()}`);
      }
      const writtenName = this.readString();
      const name = unescapeString(writtenName);
      this.path.push(name);
      if (members.has(name)) {
        throw this.fault('This name stands twice in one object; keep one of the two');
      }
      if (++this.keys > this.limits.keys) {
        throw this.fault(`There are more than ${this.limits.keys} keys; the limit is by option`);
      }
      if (this.skipWhitespace() !== COLON) {
        throw this.fault(`Expected ":" after a member's name, found ${this.found()}`);
      }
      this.at++;
      this.skipWhitespace();
      members.set(name, { writtenName, value: this.readValue() });
      this.path.pop();
      const next = this.skipWhitespace();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) {
        throw this.fault(`Expected "," or "}" after a member, found ${this.found()}`);
      }
      this.at++;
      this.skipWhitespace();
    }
    this.leave();
    return members;
  }

  private readArray(): ExactArray {
    const elements: ExactArray = [];
    this.enter();
    if (this.skipWhitespace() === CLOSE_BRACKET) {
      this.leave();
      return elements;
    }
    for (;;) {
      this.path.push(elements.length);
      elements.push(this.readValue());
      this.path.pop();
      const next = this.skipWhitespace();
      if (next === CLOSE_BRACKET) break;
      if (next !== COMMA) {
        throw this.fault(`Expected "," or "]" after an element, found ${this.found()}`);
      }
      this.at++;
      this.skipWhitespace();
    }
    this.leave();
    return elements;
  }

  private readString(): ExactScalar {
    const start = this.at++;
    for (;;) {
      STRING_RUN.lastIndex = this.at;
      STRING_RUN.test(this.text);
      this.at = STRING_RUN.lastIndex;
      if (this.text.charCodeAt(this.at) === QUOTE) {
        this.at++;
        return this.text.slice(start, this.at);
      }
      if (this.at === this.text.length) throw this.fault('A string is not closed');
      ESCAPE.lastIndex = this.at;
      if (!ESCAPE.test(this.text)) {
        throw this.fault(
          this.text[this.at] === '\\'
            ? 'This escape is not one of JSON'
            : `A control character in a string must be escaped, found ${this.found()}`,
        );
      }
      this.at = ESCAPE.lastIndex;
    }
  }

  private readNumberOrWord(): ExactScalar {
    for (const word of ['true', 'false', 'null']) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return word;
      }
    }
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) throw this.fault(`Expected a JSON value, found ${this.found()}`);
    const start = this.at;
    this.at = NUMBER.lastIndex;
    return this.text.slice(start, this.at);
  }

  private enter(): void {
    if (++this.depth > this.limits.depth) {
      throw this.fault(`Nested deeper than ${this.limits.depth} levels; the limit is by option`);
    }
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  /** Moves over insignificant white space; gives the code of the character that follows it. */
  private skipWhitespace(): number {
    let code = this.text.charCodeAt(this.at);
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      code = this.text.charCodeAt(++this.at);
    }
    return code;
  }

  private found(): string {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return 'the end of the text';
    return code < SPACE || code === 0x7f || (code >= 0xd800 && code <= 0xdfff)
      ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
      : `"${String.fromCodePoint(code)}"`;
  }

  private fault(message: string): JsonFault {
    const before = this.text.slice(0, this.at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new JsonFault(
      `${message} (line ${before.length}, column ${column})`,
      toPointer(this.path),
    );
  }
}

/** JSON Pointer (RFC 6901) of a path of member names and array indexes. */
export function toPointer(path: readonly (string | number)[]): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/**
 * Reads a JSON text.
 *
 * @throws {JsonFault} if the text is not JSON, names a member twice in one object (which RFC 8259
 *   section 4 leaves open and would lose one of the two), or is over a limit
 */
export function parseExact(text: string, limits: JsonLimits): ExactValue {
  return new ExactJsonReader(text, limits).readDocument();
}

export function isExactObject(value: ExactValue): value is ExactObject {
  return value instanceof Map;
}

/** The text of a value, without insignificant white space. */
export function writeExact(value: ExactValue): string {
  return write(value, (scalar) => scalar);
}

/**
 * The one text that all texts of the same document share: strings are escaped in one way. Two
 * documents are the same if and only if their canonical texts are equal.
 */
export function writeCanonical(value: ExactValue): string {
  return write(value, canonicalScalar);
}

/** The string that a JSON string stands for. Lone surrogates, which only escapes can hold, stay. */
export function unescapeString(written: ExactScalar): string {
  return written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
}

function canonicalScalar(scalar: ExactScalar): string {
  return scalar.includes('\\') ? JSON.stringify(JSON.parse(scalar)) : scalar;
}

function write(value: ExactValue, scalar: (written: ExactScalar) => string): string {
  if (typeof value === 'string') return scalar(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const element of value) text += `${text && ','}${write(element, scalar)}`;
    return `[${text}]`;
  }
  for (const { writtenName, value: member } of value.values()) {
    text += `${text && ','}${scalar(writtenName)}:${write(member, scalar)}`;
  }
  return `{${text}}`;
}
