import type { ReadConfiguration } from './cluster-answer.js';
import { asError } from './errors.js';
import type { SnapshotFile } from './snapshot-file.js';

/** Writes the snapshot when something has changed, now and then while things change, and at the end. */
export class SnapshotKeeper {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isDue = false;
  private isClosed = false;

  /**
   * @param content what is in force
   * @param interval milliseconds from a change to the writing
   * @param onProblem told what went wrong; it is tried again after the interval
   */
  constructor(
    private readonly file: SnapshotFile,
    private readonly content: () => Iterable<ReadConfiguration>,
    private readonly interval: number,
    private readonly onProblem: (error: Error) => void,
  ) {}

  /** Something has changed. */
  changed(): void {
    this.isDue = true;
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.write();
    }, this.interval).unref();
  }

  /** Writes what is not written yet; the last thing that it does. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.write();
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(async () => {
      if (!this.isDue) return;
      this.isDue = false;
      try {
        // A copy: what is in force may change while it is written.
        await this.file.write([...this.content()]);
      } catch (error) {
        this.changed();
        this.onProblem(asError(error));
      }
    });
    return this.writing;
  }
}
