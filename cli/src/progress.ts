import { SingleBar } from 'cli-progress';

const MIB = 1024 * 1024;

/** How far something has come, in bytes, as people see it on a terminal; elsewhere nothing is shown. */
export class Progress {
  private readonly bar: SingleBar | undefined;
  private bytes = 0;

  /** @param total bytes; undefined if nobody knows */
  constructor(
    what: string,
    private readonly total?: number,
  ) {
    if (!process.stderr.isTTY) return;
    const share = total === undefined ? '' : ' [{bar}] {percentage} %';
    this.bar = new SingleBar({
      format: `${what}${share}  {size} MiB  {duration_formatted}`,
      stream: process.stderr,
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      barsize: 30,
      hideCursor: true,
      // The cursor must come back also after Ctrl-C.
      gracefulExit: true,
    });
    this.bar.start(total ?? 0, 0, { size: '0.0' });
  }

  add(bytes: number): void {
    this.bytes += bytes;
    this.bar?.update(Math.min(this.bytes, this.total ?? this.bytes), {
      size: (this.bytes / MIB).toFixed(1),
    });
  }

  stop(): void {
    this.bar?.stop();
  }
}
