/** How a text looks at a terminal. */
export type Tone = 'plain' | 'title' | 'dim' | 'good' | 'bad';

const CODES: Readonly<Record<Tone, string>> = {
  plain: '',
  title: '\x1b[1m',
  dim: '\x1b[2m',
  good: '\x1b[32m',
  bad: '\x1b[31m',
};
const WIDTH = 99;
const EFFECT_INDENT = 19;

/** Writes the story, line after line, so that it can be read in a file as well. */
export class Display {
  private acts = 0;

  private constructor(
    private readonly write: (text: string) => void,
    private readonly colours: boolean,
    /** Somebody reads along. */
    readonly isWatched: boolean,
  ) {}

  /** At a terminal with colours, unless the user wants none (https://no-color.org). */
  static onStandardOutput(): Display {
    const { stdout, env } = process;
    const colours = stdout.isTTY && (env.NO_COLOR ?? '') === '';
    return new Display((text) => stdout.write(text), colours, stdout.isTTY);
  }

  line(text = '', tone: Tone = 'plain'): void {
    const code = this.colours && text !== '' ? CODES[tone] : '';
    this.write(code === '' ? `${text}\n` : `${code}${text}\x1b[0m\n`);
  }

  /** Begins the next part of the story. */
  act(title: string, about: string): void {
    this.acts++;
    this.line();
    this.line(`${this.acts}. ${title}`, 'title');
    for (const line of wrapped(about, WIDTH - 3)) this.line(`   ${line}`, 'dim');
    this.line();
  }

  /** What somebody does from outside. */
  step(who: string, what: string, outcome = '', tone: Tone = 'plain'): void {
    const text = `   ${who.padEnd(7)} ${what}`;
    this.line(outcome === '' ? text : `${text.padEnd(58)} ${outcome}`, tone);
  }

  /** What comes of it at a replica. */
  effect(replica: string, what: string, tone: Tone = 'plain'): void {
    const [first = '', ...rest] = wrapped(what, WIDTH - EFFECT_INDENT);
    this.line(`${' '.repeat(11)}${replica.padEnd(7)} ${first}`, tone);
    for (const line of rest) this.line(' '.repeat(EFFECT_INDENT) + line, tone);
  }
}

function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
