import { JsonText, UnreadableText } from './json-text.js';

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

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

class ExactJsonReader {
  private readonly text: JsonText;
  private depth = 0;
  private keys = 0;
  private readonly path: (string | number)[] = [];

  constructor(
    text: string,
    private readonly limits: JsonLimits,
  ) {
    this.text = new JsonText(text);
  }

  readDocument(): ExactValue {
    try {
      return this.readWhole();
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      throw new JsonFault(error.message, toPointer(this.path));
    }
  }

  private readWhole(): ExactValue {
    this.text.skipWhitespace();
    if (this.text.isAtEnd()) throw this.text.fault('There is no JSON value: the text is empty');
    const value = this.readValue();
    this.text.skipWhitespace();
    if (!this.text.isAtEnd()) throw this.text.expected('the end of the text');
    return value;
  }

  private readValue(): ExactValue {
    switch (this.text.code) {
      case OPEN_BRACE:
        return this.readObject();
      case OPEN_BRACKET:
        return this.readArray();
      case QUOTE:
        return this.text.readString();
      default:
        return this.text.readNumberOrWord();
    }
  }

  private readObject(): ExactObject {
    const members: ExactObject = new Map();
    this.enter();
    if (this.text.skipWhitespace() === CLOSE_BRACE) {
      this.leave();
      return members;
    }
    for (;;) {
      if (this.text.code !== QUOTE) {
        throw this.text.expected("a member's name in double quotes");
      }
      const writtenName = this.text.readString();
      const name = unescapeString(writtenName);
      this.path.push(name);
      if (members.has(name)) {
        throw this.text.fault('This name stands twice in one object; keep one of the two');
      }
      if (++this.keys > this.limits.keys) {
        throw this.text.fault(
          `There are more than ${this.limits.keys} keys; the limit is by option`,
        );
      }
      if (this.text.skipWhitespace() !== COLON) {
        throw this.text.expected(`":" after a member's name`);
      }
      this.text.at++;
      this.text.skipWhitespace();
      members.set(name, { writtenName, value: this.readValue() });
      this.path.pop();
      const next = this.text.skipWhitespace();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) {
        throw this.text.expected('"," or "}" after a member');
      }
      this.text.at++;
      this.text.skipWhitespace();
    }
    this.leave();
    return members;
  }

  private readArray(): ExactArray {
    const elements: ExactArray = [];
    this.enter();
    if (this.text.skipWhitespace() === CLOSE_BRACKET) {
      this.leave();
      return elements;
    }
    for (;;) {
      this.path.push(elements.length);
      elements.push(this.readValue());
      this.path.pop();
      const next = this.text.skipWhitespace();
      if (next === CLOSE_BRACKET) break;
      if (next !== COMMA) {
        throw this.text.expected('"," or "]" after an element');
      }
      this.text.at++;
      this.text.skipWhitespace();
    }
    this.leave();
    return elements;
  }

  private enter(): void {
    if (++this.depth > this.limits.depth) {
      throw this.text.fault(
        `Nested deeper than ${this.limits.depth} levels; the limit is by option`,
      );
    }
    this.text.at++;
  }

  private leave(): void {
    this.depth--;
    this.text.at++;
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
