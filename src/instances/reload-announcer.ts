import type { Logger } from '../logging/logger.js';
import type { InstanceChanges } from './instance-changes.js';

/** Of each kind, what one log line tells by name. */
const MOST_TOLD = 100;

/** Tells the log what becomes of changes of the settings file; nothing if nothing does. */
export class ReloadAnnouncer {
  private unapplied = '';

  constructor(
    private readonly logger: Logger,
    private readonly file: string,
  ) {}

  applied({ added, removed, changed, isReordered }: InstanceChanges): void {
    const counts = [
      [added.length, 'added'],
      [removed.length, 'removed'],
      [changed.size, 'changed'],
    ].filter(([count]) => count !== 0);
    const parts = counts.map((part) => part.join(' '));
    if (isReordered) parts.push('in another order');
    this.logger.info(
      {
        file: this.file,
        added: added.slice(0, MOST_TOLD),
        removed: removed.slice(0, MOST_TOLD),
        changed: Object.fromEntries([...changed].slice(0, MOST_TOLD)),
      },
      `The service instances of the settings file were taken over: ${parts.join(', ')}`,
    );
  }

  refused(faults: readonly string[]): void {
    this.logger.error(
      { file: this.file, faults: faults.slice(0, MOST_TOLD) },
      `The settings file has changed, and is refused: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}. The service instances stay as they were; mend the file, or Tekton will not start with it`,
    );
  }

  soundAgain(): void {
    this.logger.info({ file: this.file }, 'The settings file is sound again');
  }

  /** @param options that differ from those in force; told when they are others than before */
  unappliedOptions(options: readonly string[]): void {
    const told = options.join();
    if (told === this.unapplied) return;
    this.unapplied = told;
    if (options.length === 0) {
      this.logger.info({ file: this.file }, 'The options are again as they were at the start');
    } else {
      this.logger.warn(
        { file: this.file, options },
        'Options have changed that are read at the start only: restart Tekton for them to count',
      );
    }
  }
}
