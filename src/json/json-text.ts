const STRING_RUN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;

/** A text is not JSON at some place. */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

/** Reads the tokens of a JSON text (RFC 8259) one after the other, as they are written. */
export class JsonText {
  /** How far the text has been read. */
  at = 0;

  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  /** The code of the next character; `NaN` at the end. */
  get code(): number {
    return this.text.charCodeAt(this.at);
  }

  /** Moves over insignificant white space; gives the code of the character that follows it. */
  skipWhitespace(): number {
    let { code } = this;
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      code = this.text.charCodeAt(++this.at);
    }
    return code;
  }

  readString(): string {
    const start = this.at++;
    for (;;) {
      STRING_RUN.lastIndex = this.at;
      STRING_RUN.test(this.text);
      this.at = STRING_RUN.lastIndex;
      if (this.code === QUOTE) {
        this.at++;
        return this.text.slice(start, this.at);
      }
      if (this.isAtEnd()) throw this.fault('A string is not closed');
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

  readNumberOrWord(): string {
    for (const word of ['true', 'false', 'null']) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return word;
      }
    }
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) throw this.expected('a JSON value');
    const start = this.at;
    this.at = NUMBER.lastIndex;
    return this.text.slice(start, this.at);
  }

  expected(what: string): UnreadableText {
    return this.fault(`Expected ${what}, found ${this.found()}`);
  }

  /** What is wrong here, and where that is. */
  fault(message: string): UnreadableText {
    const before = this.text.slice(0, this.at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new UnreadableText(`${message} (line ${before.length}, column ${column})`);
  }

  private found(): string {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return 'the end of the text';
    return code < SPACE || code === 0x7f || (code >= 0xd800 && code <= 0xdfff)
      ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
      : `"${String.fromCodePoint(code)}"`;
  }
}
