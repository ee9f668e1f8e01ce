/** What is being done, on standard error: the results alone go to standard output. */
export class Progress {
  private readonly begin = performance.now();
  private readonly isTerminal = process.stderr.isTTY;

  line(text: string): void {
    this.clear();
    const seconds = Math.round((performance.now() - this.begin) / 1000);
    process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
  }

  /** Shows what is being done within a step: on a terminal in one line that changes. */
  async during<Result>(
    title: string,
    work: (tell: (what: string) => void) => Promise<Result>,
  ): Promise<Result> {
    this.line(title);
    return work((what) => {
      if (!this.isTerminal) return;
      this.clear();
      process.stderr.write(`         ${what}`);
    });
  }

  end(): void {
    this.line('Done.');
  }

  private clear(): void {
    if (this.isTerminal) process.stderr.write('\r\x1b[K');
  }
}
