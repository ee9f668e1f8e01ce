/** Texts that occur nowhere else, each for one thing that must not be printed. */
export class Marks {
  private readonly texts = new Map<string, string>();

  /** @param what is marked, in words for a failing test; the text can stand in a URL and in a header */
  for(what: string): string {
    const text = `mark-${this.texts.size}-of-${what.replaceAll(/\W+/g, '-')}-9f3b`;
    this.texts.set(what, text);
    return text;
  }

  /** Remembers a text that is made by others, such as a token. */
  note(what: string, text: string): string {
    this.texts.set(what, text);
    return text;
  }

  /** Whose texts are found, also within other texts and in the encodings that programs print. */
  foundIn(printed: string): string[] {
    return [...this.texts]
      .filter(([, text]) => forms(text).some(isIn(printed)))
      .map(([what]) => what);
  }
}

function isIn(printed: string) {
  return (form: string) => printed.includes(form);
}

function forms(text: string): string[] {
  const bytes = Buffer.from(text);
  // A word of base64 begins at any third of it: what does not depend on its neighbours is looked for.
  const encoded = [0, 1, 2].map((skipped) =>
    Buffer.concat([Buffer.alloc(skipped), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [text, encodeURIComponent(text), bytes.toString('hex'), bytes.join(','), ...encoded];
}
